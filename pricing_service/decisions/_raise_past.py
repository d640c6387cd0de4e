"""Past raises as a natural experiment: customers raised in waves beside those who were not raised, or not yet.

Every outcome has an effect over all months after raises, and rows by month that can be drawn as they are: month
0, 1, … since the raise, -1, -2, … before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable, TooFewCustomers
from models.estimate import Caveat, Estimate, Label
from models.pricing.raises.kept import RevenueKept
from models.pricing.raises.roll_out import NEVER, Path, RollOut
from models.pricing.raises.staggered import Effect, Imputation
from models.retention.ledger import Ints
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_told import Told
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of, floats_of

STAYS, KEPT, USE = "mrr_of_those_who_stay", "revenue_kept", "use"
_METHODS = {
    STAYS: "imputation on log MRR", KEPT: "waves beside those there and not told",
    USE: "imputation on log units, months with use",
}  # fmt: skip
_FEWEST = 10
"""Customers raised, in all and in a month that is shown, below which nothing is said."""
_SEEN = 0.05
"""Chance below which those raised are said to have gone another way before."""


@dataclass(frozen=True, eq=False)
class PastRaises:
    """First raises of n customers, and what they paid and used in T months.

    Parameters
    ----------
    first
        The first raise of each who was told one.
    since, told
        Shape (n,): place of the month in which it took effect, and from which on those told are followed; `NEVER`.
    bill, units
        Shape (n, T): MRR at the month's end, 0 after a customer left, NaN before it came; units of the value metric,
        None where there is none.
    """

    first: Mapping[str, Told]
    since: Ints
    told: Ints
    bill: Floats
    units: Floats | None

    @classmethod
    def of(cls, panel: StoredPanel, customers: RaiseCustomers) -> PastRaises:
        """Read them from whole months.

        Raises
        ------
        NotEstimable
            ``no_past_raises`` where nobody was told one.
        """
        first: dict[str, Told] = {}
        for each in customers.told:
            if each.offered > each.old:
                first.setdefault(each.customer, each)
        place = {customer: at for at, customer in enumerate(customers.everybody)}
        known = [each for each in first.values() if each.customer in place]
        if not known:
            raise NotEstimable("no_past_raises", "no customer was told a raise")
        begin, bill, units = bills_by_month(
            panel, place, None if customers.metric is None else customers.metric.column
        )
        who = [place[each.customer] for each in known]
        since, told = np.full(len(place), NEVER), np.full(len(place), NEVER)
        since[who] = [_month(each.date) - begin for each in known]
        told[who] = [_month(min(each.announced or each.date, each.date)) - begin for each in known]
        told = told if _left_between(bill, told, since) else since
        return cls({each.customer: each for each in known}, since, told, bill, units)

    def effects(self, level: float) -> dict[str, Effect | NotEstimable]:
        """Return what raises did to each outcome, or why that is not known."""
        stays, kept, use = (Label(unit="share", method=_METHODS[name], level=level) for name in _METHODS)
        positive = np.log(np.where(self.bill > 0, self.bill, np.nan))
        found = {
            STAYS: _tried(lambda: Imputation(label=stays).fit(RollOut(positive, self.since))),
            KEPT: _tried(lambda: RevenueKept(label=kept).fit(RollOut(self.bill, self.told))),
        }
        if self.units is None:
            return found | {USE: NotEstimable("no_usage", "no metric has any usage")}
        used = np.log(np.where((self.units > 0) & (self.bill > 0), self.units, np.nan))
        return found | {USE: _tried(lambda: Imputation(label=use).fit(RollOut(used, self.since)))}

    @property
    def given(self) -> int:
        """How many were raised by lot or by contract."""
        return sum(each.given for each in self.first.values())


def past_raises(panel: StoredPanel, customers: RaiseCustomers, *, level: float) -> dict[str, Any]:
    """Return the section of the answer: who was raised when, and each outcome's effect, trend before and rows."""
    try:
        past = PastRaises.of(panel, customers)
    except NotEstimable as refusal:
        return no_past_raises(refusal, level=level)
    raises = past.first.values()
    chosen = len(past.first) - past.given
    text = (
        f"{chosen} of {len(past.first)} were raised by decision, which may have spared those who would have left: "
        "evidence of revenue, not of churn"
    )
    caveats = (Caveat("raised_by_decision", text),) if chosen else ()
    months = sorted({each.date.strftime("%Y-%m") for each in raises})
    return {
        "told": len(past.first),
        "given": past.given,
        "waves": [
            {"month": month, "customers": sum(each.date.strftime("%Y-%m") == month for each in raises)}
            for month in months
        ],
        "asked": float(np.median([each.share for each in raises])),
        "outcomes": [_entry(name, each, level, caveats) for name, each in past.effects(level).items()],
    }


def no_past_raises(refusal: NotEstimable, *, level: float) -> dict[str, Any]:
    """Return the section where nothing can be said."""
    return {
        "told": 0, "given": 0, "waves": [], "asked": None, "reasons": {"asked": refusal.reason},
        "outcomes": [_entry(name, refusal, level, ()) for name in _METHODS],
    }  # fmt: skip


def _left_between(bill: Floats, told: Ints, since: Ints) -> bool:
    """Return whether some of those told left before the raise took effect.

    Where nobody did, the table was written at that time, of those who were still there: to follow them from the
    announcement on would take having been there for an effect.
    """
    seen = np.flatnonzero((told > 0) & (told < since) & (since <= bill.shape[1]))
    return bool(((bill[seen, told[seen] - 1] > 0) & (bill[seen, since[seen] - 1] == 0)).any())


def _tried(fit: Callable[[], Effect]) -> Effect | NotEstimable:
    try:
        found = fit()
    except NotEstimable as refusal:
        return refusal
    return found if found.raised >= _FEWEST else TooFewCustomers(needed=_FEWEST, got=found.raised)


def _entry(
    name: str, found: Effect | NotEstimable, level: float, caveats: tuple[Caveat, ...]
) -> dict[str, Any]:
    label = Label(unit="share", method=_METHODS[name], level=level)
    if isinstance(found, NotEstimable):
        return {
            "outcome": name,
            "effect": Estimate.refused(found, unit="share", level=level).to_json(),
            "customers": 0, "waves": 0, "controls": 0, "months": [],
            "trend_before": {"verdict": "unknown", "chance": None, "reasons": {"chance": found.reason}},
            "two_way": None, "reasons": {"two_way": found.reason},
        }  # fmt: skip
    trend = _trend(name, found)
    warned = found.effect.warned(*caveats)
    if trend["verdict"] == "seen":
        text = "those raised went another way before: this is not, or not only, what the raise did"
        warned = warned.warned(Caveat("trend_before", text))
    plain = {"two_way": _share(name, found.two_way)} if np.isfinite(found.two_way) else {
        "two_way": None, "reasons": {"two_way": "not_for_this_outcome"},
    }  # fmt: skip
    return {
        "outcome": name,
        "effect": _as_share(name, warned).to_json(),
        "customers": found.raised, "waves": found.waves, "controls": found.controls,
        "months": [*_rows(name, found.before.path, label), *_rows(name, found.path, label)],
        "trend_before": trend,
    } | plain  # fmt: skip


def _rows(name: str, path: Path, label: Label) -> list[dict[str, Any]]:
    """Return a path as estimates, each with its month, of those months that enough customers carry."""
    low, high = path.ends(label.level)
    return [
        {"month": int(path.month[at])}
        | _as_share(
            name, label.known(*map(float, (path.value[at], low[at], high[at])), n=int(path.customers[at]))
        ).to_json()
        for at in np.flatnonzero(path.customers >= _FEWEST)
    ]


def _trend(name: str, found: Effect) -> dict[str, Any]:
    """Return whether those raised went another way before."""
    if not np.isfinite(found.before.chance):
        reason = "had_to_be_there" if name == KEPT else "no_months_before"
        return {"verdict": "unknown", "chance": None, "reasons": {"chance": reason}}
    verdict = "seen" if found.before.chance < _SEEN else "none_seen"
    return {"verdict": verdict, "chance": found.before.chance}


def _as_share(name: str, estimate: Estimate) -> Estimate:
    """Return an estimate in logs as a share; revenue kept is one already."""
    if name == KEPT or estimate.value is None or estimate.low is None or estimate.high is None:
        return estimate
    label = Label(unit=estimate.unit, method=estimate.method, level=estimate.level)
    value, low, high = (float(np.expm1(each)) for each in (estimate.value, estimate.low, estimate.high))
    return label.known(value, low, high, n=estimate.n).warned(*estimate.warnings)


def _share(name: str, value: float) -> float:
    return value if name == KEPT else float(np.expm1(value))


def bills_by_month(
    panel: StoredPanel, place: Mapping[str, int], column: str | None
) -> tuple[int, Floats, Floats | None]:
    """Return the first whole month (from year 0), bills and units of all customers, (n, T)."""
    months = panel.connect().table("months")
    whole = months.filter(~months.partial)
    read = {"at": whole.month.year() * 12 + whole.month.month() - 1, "bill": whole.mrr_end.cast("float64")}
    if column is not None:
        read["units"] = whole[column].cast("float64")
    rows = arrow_of(whole.select("customer_id", **read).order_by("customer_id", "at"))
    if not rows.num_rows:
        raise NotEstimable("history_too_short", "no month is whole")
    ids = rows.column("customer_id").combine_chunks().dictionary_encode()
    who = np.array([place[each] for each in ids.dictionary.to_pylist()])[ids.indices.to_numpy()]
    at = floats_of(rows, "at").astype(np.int64)
    begin = int(at.min())
    shape = (len(place), int(at.max()) - begin + 1)
    bill, units = np.zeros(shape), np.full(shape, np.nan)
    bill[who, at - begin] = np.nan_to_num(floats_of(rows, "bill"))
    bill[np.cumsum(bill, axis=1) == 0] = np.nan
    if column is None:
        return begin, bill, None
    units[who, at - begin] = floats_of(rows, "units")
    return begin, bill, units


def _month(day: Any) -> int:
    return int(day.year * 12 + day.month - 1)
