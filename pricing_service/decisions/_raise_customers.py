"""Customers who may be raised: what they pay and get, what value has earned, and what holds a raise back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.earned import Earned, earned_by_value
from pricing_service.decisions._alternatives import net_worth, with_alternatives
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._evidence import Evidence, gather
from pricing_service.decisions._raise_coming import Coming
from pricing_service.decisions._raise_contracts import Contract, contracts
from pricing_service.decisions._raise_told import Told, told_raises
from pricing_service.decisions._raise_value import ValueOverTime
from pricing_service.decisions._raise_versions import price_versions
from pricing_service.decisions._raise_willingness import Willingness
from pricing_service.decisions._study import WorthStudy
from pricing_service.decisions._traits import Traits
from pricing_service.decisions.unit_worth import UnitWorthOptions, chosen_metric
from pricing_service.panel import Metric, StoredPanel

MEASURED, MODELLED, UNKNOWN = "measured", "modelled", "unknown"


@dataclass(frozen=True, eq=False)
class RaiseCustomers:
    """n customers who pay today, sorted by id.

    Parameters
    ----------
    ids, contracts
        Who they are, and what each has agreed to.
    bill, paid
        Shape (n,): money a month, with the raise that each was told and that is not in force yet; and paid today.
    value, value_before
        Shape (n,): money a month now and when the price was last set, NaN where unknown.
    basis
        Shape (n,): where value comes from: measured, modelled (from units), unknown.
    units, metric
        Shape (n,): of the value metric, a month; NaN where unknown. The metric itself, None where there is none.
    since
        When each price was last set, None where not known.
    version
        Shape (n,): the version of its plan's price that it is on, "" where nothing tells.
    told, coming
        All raises told before, of customers who left too; and those that are not in force yet.
    traits, everybody, value_of_all, measured, noise, willing
        Of all N customers of the panel, their ids, value, who reports it, the variance of its log by chance (NaN where
        unknown), and what they themselves would pay; `places` (n,) says where these stand.
    """

    ids: list[str]
    contracts: list[Contract]
    bill: Floats
    paid: Floats
    value: Floats
    value_before: Floats
    basis: NDArray[np.str_]
    units: Floats
    metric: Metric | None
    since: list[date | None]
    version: NDArray[np.str_]
    told: list[Told]
    coming: Coming
    traits: Traits
    places: NDArray[np.intp]
    everybody: list[str]
    value_of_all: Floats
    measured: NDArray[np.bool_]
    noise: Floats
    willing: Willingness

    @classmethod
    def of(cls, panel: StoredPanel, *, level: float, seed: int, metric: str | None = None) -> RaiseCustomers:
        """Read them; `metric` is what value is charged by, by default the one that ranks first.

        Raises
        ------
        NotEstimable
            ``no_bills`` where nobody is known to pay.
        """
        evidence = gather(panel, metrics=_metric(panel, metric, level, seed))
        bills = np.nan_to_num(evidence.traits.mrr)
        places = np.flatnonzero((bills > 0) & ~(np.nan_to_num(evidence.traits.churned) > 0))
        if not places.size:
            raise NotEstimable("no_bills", "no customer is known to pay anything today")
        told, coming = told_raises(panel), Coming.of(panel)
        last = {each.customer: each.date for each in told if each.raised}
        over_time = ValueOverTime.of(panel, evidence.customers, last)
        value, before, basis = _filled(panel, evidence, over_time, level=level, seed=seed)
        agreed = contracts(panel)
        ids = [evidence.customers[at] for at in places]
        bound = [agreed.get(each, Contract()) for each in ids]
        signed = _signed(panel)
        charged = evidence.metrics[0] if evidence.metrics else None
        units = np.full(bills.size, np.nan) if charged is None else evidence.book_units[charged.metric]
        return cls(
            ids=ids, contracts=bound, bill=coming.bills(ids, bills[places]), paid=bills[places],
            value=value[places], value_before=before[places], basis=basis[places], units=units[places], metric=charged,
            since=[last.get(each, signed.get(each)) for each in ids],
            version=price_versions(panel, bound, [last.get(each) for each in ids]), told=told, coming=coming,
            traits=evidence.traits, places=places, everybody=evidence.customers, value_of_all=value,
            measured=basis == MEASURED, noise=over_time.noise,
            willing=Willingness.of(panel, evidence.customers, contracts(panel, ended=True)),
        )  # fmt: skip

    @property
    def plans(self) -> NDArray[np.str_]:
        """The plan of each, shape (n,), "" where none is known."""
        return np.array([each.plan for each in self.contracts], dtype=str)

    def earned(self, capture: tuple[float, float]) -> Earned:
        """Return what value has earned of each."""
        return earned_by_value(self.bill, self.value, self.value_before, capture=capture)

    def groups(self, by: list[str]) -> tuple[NDArray[np.intp], list[str]]:
        """Return who gets the same raise, codes (n,), and what each group is called.

        By plan, version of its price, usage band or traits; what is known of nobody tells nobody apart.
        """
        if not by:
            return np.arange(len(self.ids)), list(self.ids)
        levels = [self._levels(name) for name in by]
        parts = [each for each in levels if (each != "").any()] or levels[:1]
        joined = np.array([" · ".join(each or "?" for each in row) for row in zip(*parts, strict=True)])
        names, codes = np.unique(joined, return_inverse=True)
        return codes, names.tolist()

    def _levels(self, name: str) -> NDArray[np.str_]:
        if name == "plan":
            return self.plans
        if name == "version":
            return self.version
        if name == "usage_band":
            return _thirds(self.units if np.isfinite(self.units).any() else self.value)
        levels = self.traits.segments(name)
        return np.full(len(self.ids), "") if levels is None else levels[self.places]


def _metric(panel: StoredPanel, metric: str | None, level: float, seed: int) -> list[str] | None:
    """Return the value metric alone, which value of silent customers is modelled by; None where there is none."""
    if not panel.metrics:
        return None
    try:
        return [chosen_metric(panel, UnitWorthOptions(metric=metric, level=level), seed).metric]
    except NotEstimable:
        return None


def _filled(
    panel: StoredPanel, evidence: Evidence, over_time: ValueOverTime, *, level: float, seed: int
) -> tuple[Floats, Floats, NDArray[np.str_]]:
    """Return value now, value before and basis of all: what they report, else what units like theirs bring."""
    value, before = over_time.now.copy(), over_time.before.copy()
    basis = np.where(np.isfinite(value), MEASURED, UNKNOWN)
    net = net_worth(panel)
    for at, customer in enumerate(evidence.customers):
        if customer in net:
            value[at], before[at], basis[at] = net[customer], np.nan, MEASURED
    silent = ~np.isfinite(value)
    if silent.any() and evidence.metrics:
        modelled = _by_units(evidence, net, level=level, seed=seed)
        fills = silent & np.isfinite(modelled)
        value[fills], basis[fills] = modelled[fills], MODELLED
    return value, before, basis


def _by_units(evidence: Evidence, net: dict[str, float], *, level: float, seed: int) -> Floats:
    judged, _ = with_alternatives(evidence, net)
    study = WorthStudy(judged, segment_by=None, level=level, seed=seed)
    if study.pooled is None:
        return np.full(len(evidence.customers), np.nan)
    by_units: Floats = study.pooled.worth * evidence.book_units[study.metric.metric]
    return by_units


def _signed(panel: StoredPanel) -> dict[str, date]:
    tables = contract_tables(panel)
    if "customers" not in tables:
        return {}
    rows = tables["customers"].select("customer_id", "signed_up").to_pyarrow().to_pylist()
    return {row["customer_id"]: row["signed_up"] for row in rows if row["signed_up"] is not None}


def _thirds(values: Floats) -> NDArray[np.str_]:
    """Return small, middle, large by thirds of what is known, "" where nothing is."""
    known = np.isfinite(values)
    if not known.any():
        return np.full(values.size, "")
    cuts = np.quantile(values[known], [1 / 3, 2 / 3])
    band = np.searchsorted(cuts, np.where(known, values, 0.0), side="right")
    return np.where(known, np.array(["small", "middle", "large"])[band], "")
