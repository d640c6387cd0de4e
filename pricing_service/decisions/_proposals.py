"""What a proposal shows the committee, from an analysis's or a simulation's result and rows.

Whom it moves most, how well or badly it may come out, what would turn the decision, what waiting costs, and whether
contracts and notice allow it. What a kind cannot tell is null, or `unknown`, with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from models.checks import Floats

SIMULATION = "simulation"
MOST = 10
"""Accounts that are named."""
_QUARTER = 3
_NO_BILLS = "no_bill_changes"
_ROWS = {
    "raises": ("customer_id", "current_mrr", "recommended_mrr", "raise", "effective"),
    "tiers": ("customer_id", "bill", "change"),
    SIMULATION: ("customer_id", "before", "after"),
}
Rows = Mapping[str, Sequence[Any]]
Shown = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Bills:
    """Bills of n customers before and after, shape (n,), in money of the basis's period."""

    customer_ids: Sequence[str]
    before: Floats
    after: Floats


@dataclass(frozen=True)
class Basis:
    """What a proposal rests on.

    Parameters
    ----------
    kind
        The analysis's kind, or `simulation`.
    result
        Its result.
    rows
        Its per-customer table's columns, as far as `columns` names them; empty where it has none.
    currency
        Of its money.
    """

    kind: str
    result: Mapping[str, Any]
    rows: Rows
    currency: str

    @staticmethod
    def columns(kind: str) -> tuple[str, ...]:
        """Return the columns that are needed of a kind's rows; none where its rows change no bills."""
        return _ROWS.get(kind, ())

    @property
    def period(self) -> str:
        """The unit of bills: money a month, or money of all months that a simulation counts."""
        return self.currency if self.kind == SIMULATION else f"{self.currency}/month"

    def bills(self) -> Bills:
        """Return the bills of every customer of whom both are known, of those who are not raised too."""
        if not self.rows:
            return Bills([], np.zeros(0), np.zeros(0))
        names = [
            name for name in self.columns(self.kind) if name not in ("customer_id", "raise", "effective")
        ]
        first, second = (np.array(self.rows[name], dtype=np.float64) for name in names)
        before, after = (first - second, first) if self.kind == "tiers" else (first, second)
        known = np.isfinite(before) & np.isfinite(after)
        who = [str(self.rows["customer_id"][at]) for at in np.flatnonzero(known).tolist()]
        return Bills(who, before[known], after[known])


def most_affected(basis: Basis) -> Shown:
    """Return the ten accounts whose bills change most, up or down; the largest change first."""
    if not basis.columns(basis.kind):
        return {"accounts": None, "unit": basis.period, "reasons": {"accounts": _NO_BILLS}}
    bills = basis.bills()
    if not bills.customer_ids:
        return {"accounts": None, "unit": basis.period, "reasons": {"accounts": "no_bills"}}
    size = np.abs((bills.after - bills.before).round(2))
    least = np.partition(size, -MOST)[-MOST] if size.size > MOST else 0.0
    among = np.flatnonzero((size >= least) & (size > 0)).tolist()
    first = sorted(among, key=lambda at: (-size[at], bills.customer_ids[at]))[:MOST]
    return {"accounts": [_account(bills, at) for at in first], "unit": basis.period}


def _account(bills: Bills, at: int) -> Shown:
    before, after = float(bills.before[at]), float(bills.after[at])
    shown: Shown = {
        "customer_id": bills.customer_ids[at],
        "before": before,
        "after": after,
        "change": after - before,
        "change_share": (after - before) / before if before > 0 else None,
    }
    return shown if before > 0 else shown | {"reasons": {"change_share": "pays_nothing"}}


def cases(basis: Basis) -> list[Shown]:
    """Return the worst and the best plausible case of what it is about: the ends of the result's own intervals."""
    result = basis.result
    if basis.kind == "raises":
        gains = [_case(name, result["expected"][name]) for name in ("mrr_change", "lifetime_value_change")]
        return [*gains, _case("churn_change", result["expected"]["churn_change"], less_is_better=True)]
    if basis.kind == "tiers":
        today = result["against_today"]
        change = _unknown("share", _reason(result, "against_today")) if today is None else today["change"]
        return [
            _case("monthly_revenue", result["expected"]["monthly_revenue"]),
            _case("revenue_change", change),
        ]
    if basis.kind == SIMULATION:
        before, after = result["total"]["before"], result["behaviour"]["total_after"]
        ends = {"worst": after["low"] - before, "best": after["high"] - before}
        return [{"measure": "total_change", **ends, "unit": basis.period, "reason": None, "estimate": None}]
    if basis.kind == "value_metrics":
        return [_of_metric(result)]
    return [_case("lifetime_value", result["lifetime_value"]["typical"])]


def _of_metric(result: Mapping[str, Any]) -> Shown:
    leading = next((row for row in result["ranking"] if row["metric"] == result["recommended"]), None)
    found = _unknown("share", "none_eligible") if leading is None else leading["capture_efficiency"]
    return _case("capture_efficiency", found)


def _case(measure: str, estimate: Mapping[str, Any], *, less_is_better: bool = False) -> Shown:
    worst, best = ("high", "low") if less_is_better else ("low", "high")
    return {
        "measure": measure,
        "worst": estimate[worst],
        "best": estimate[best],
        "unit": estimate["unit"],
        "reason": estimate["reason"],
        "estimate": dict(estimate),
    }


def flips(basis: Basis) -> Shown:
    """Return the assumption that would turn the decision, and from which value on."""
    if basis.kind == "value_metrics":
        found = basis.result["sensitivity"]
        turns = {name: found.get(name) for name in ("from", "to")}
        return _flip(
            "share_of_value_of_who_does_not_report", found["flips_at"], _reason(found, "flips_at"), **turns
        )
    if basis.kind == "raises":
        return _thinnest(basis.result["break_even"])
    if basis.kind == "tiers" and (overage := basis.result.get("overage")) is not None:
        at = overage["break_even_shrink"]
        return _flip("share_by_which_use_beyond_included_shrinks", at, _reason(overage, "break_even_shrink"))
    return _flip(None, None, "not_in_the_result")


def _thinnest(plans: Sequence[Mapping[str, Any]]) -> Shown:
    """Return the plan whose raise bears least more churn than it is expected to bring."""
    known = [
        (row["break_even_churn"]["value"] - row["churn_change"]["value"], at)
        for at, row in enumerate(plans)
        if None not in (row["break_even_churn"]["value"], row["churn_change"]["value"])
    ]
    if not known:
        return _flip("share_of_revenue_that_leaves", None, "nobody_is_raised")
    row = plans[min(known)[1]]
    return _flip(
        "share_of_revenue_that_leaves", row["break_even_churn"]["value"], None,
        of=row.get("plan"), expected=row["churn_change"]["value"],
    )  # fmt: skip


def _flip(assumption: str | None, at: float | None, reason: str | None, **more: Any) -> Shown:
    return {"assumption": assumption, "flips_at": at, **more, "reason": reason if at is None else None}


def cost_of_waiting(basis: Basis) -> Shown:
    """Return what a quarter without it costs, an estimate: three months of what it is expected to bring a month."""
    if basis.kind == "raises":
        return _of_a_quarter(basis.result["expected"]["mrr_change"], basis.currency, less=0.0)
    if basis.kind == "tiers" and (today := basis.result["against_today"]) is not None:
        anew = basis.result["expected"]["existing"]["if_all_choose_anew"]
        return _of_a_quarter(anew, basis.currency, less=today["monthly_revenue"])
    reason = "not_in_the_result" if basis.kind in ("tiers", SIMULATION) else _NO_BILLS
    return _unknown(basis.currency, reason)


def _of_a_quarter(a_month: Mapping[str, Any], currency: str, *, less: float) -> Shown:
    if a_month["value"] is None:
        return dict(a_month) | {"unit": currency}
    ends = {name: _QUARTER * (a_month[name] - less) for name in ("value", "low", "high")}
    return dict(a_month) | ends | {"unit": currency}


def checks(basis: Basis, *, on: date) -> list[Shown]:
    """Return whether contracts and notice allow it, if it is told on a day.

    `notice`: a raise whose day comes sooner than the notice of the analysis's options. `day`: a raise whose day has
    passed. Days in the rows keep to terms and to the contracts' own notice as of the analysis.
    """
    if basis.kind != "raises":
        reason = _NO_BILLS if not basis.columns(basis.kind) else "not_in_the_rows"
        return [_check(name, None, reason) for name in ("notice", "day")]
    columns = (basis.rows[name] for name in ("customer_id", "effective", "raise"))
    asked = [
        (str(who), str(day)) for who, day, share in zip(*columns, strict=True) if share and day is not None
    ]
    known = {day: date.fromisoformat(day) for day in {day for _, day in asked}}
    days = {who: known[day] for who, day in asked}
    if not days:
        return [_check(name, None, "nobody_is_raised") for name in ("notice", "day")]
    notice = timedelta(days=basis.result["options"]["notice_days"])
    return [
        _check("notice", sorted(who for who, day in days.items() if on <= day < on + notice)),
        _check("day", sorted(who for who, day in days.items() if day < on)),
    ]


def _check(name: str, broken: list[str] | None, reason: str | None = None) -> Shown:
    """Return a check; `customers` counts those for whom it does not hold, and names ten of them."""
    status = "unknown" if broken is None else "broken" if broken else "ok"
    return {
        "check": name,
        "status": status,
        "customers": None if broken is None else len(broken),
        "examples": [] if broken is None else broken[:MOST],
        "reason": reason,
    }


def _unknown(unit: str, reason: str | None) -> Shown:
    return {
        "value": None, "low": None, "high": None, "level": 0.9, "n": 0, "unit": unit, "method": "", "warnings": [],
        "reason": reason or "not_in_the_result",
    }  # fmt: skip


def _reason(holder: Mapping[str, Any], name: str) -> str | None:
    found: str | None = holder.get("reasons", {}).get(name)
    return found


def shown(basis: Basis, *, on: date) -> Shown:
    """Return all of it, as of the day on which it is told."""
    return {
        "most_affected": most_affected(basis),
        "cases": cases(basis),
        "flips": flips(basis),
        "cost_of_waiting": cost_of_waiting(basis),
        "checks": checks(basis, on=on),
        "reason": None,
    }


def gone(reason: str) -> Shown:
    """Return the same where nothing was computed, or cannot be read any more."""
    return {
        "most_affected": {"accounts": None, "reasons": {"accounts": reason}},
        "cases": [],
        "flips": _flip(None, None, reason),
        "cost_of_waiting": _unknown("money", reason),
        "checks": [],
        "reason": reason,
    }
