"""Customers as a menu of tiers meets them: their own months of use, today's bill, and what a unit is worth to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.willingness.by_customer import Population, draw_by_customer
from pricing_service.decisions._all_evidence import EvidencePool
from pricing_service.decisions._study import WorthStudy
from pricing_service.decisions._sums import recorded_months
from pricing_service.panel import Metric, StoredPanel

MONTHS = 12
"""The latest months that stand for what a customer needs."""
_COMERS = 2_000
"""How many people stand for all who may come, at least one like each customer."""
FEWEST_CUSTOMERS = 20
"""Below this a menu would be cut to the measure of single customers."""


@dataclass(frozen=True, eq=False)
class TierCustomers:
    """n customers that used the metric, sorted by id.

    Parameters
    ----------
    ids
        Their ids.
    units, known
        Shape (n, MONTHS): needs by month, the latest last, and which of these months there were.
    bill
        Shape (n,): what they pay a month today, 0 where they pay nothing or are gone.
    asked
        Shape (n,): what a newcomer like each is asked a month today, 0 where nothing tells.
    worth
        Shape (n,): worth of one unit, NaN where unknown.
    per_unit
        Shape (draws, n): what they would pay for one unit, given what they pay today.
    anew
        Shape (draws, n): the same of somebody like them who is no customer yet.
    comers
        Shape (draws, n, likes): the same of so many like each, spread evenly: together they stand for all who may come,
        and what they bring differs between draws by what is uncertain of everybody, not by who happens to come.
    stands_for
        Shape (draws, n): for how many of those who may come each stands, 1 on average; few customers tell little of
        what others need (the Bayesian bootstrap: Rubin 1981).
    counts
        Shape (n,): how often each counts where a menu is sought, 1 on average.
    """

    ids: list[str]
    units: Floats
    known: NDArray[np.bool_]
    bill: Floats
    asked: Floats
    worth: Floats
    per_unit: Floats
    anew: Floats
    comers: Floats
    stands_for: Floats
    counts: Floats

    @classmethod
    def of(cls, study: WorthStudy, pool: EvidencePool, *, draws: int, seed: int) -> TierCustomers:
        """Put them together, newcomers being asked what customers pay; `asking` says where it is known better.

        Raises
        ------
        NotEstimable
            ``no_evidence`` (or a source's reason) where nothing tells what they would pay;
            ``insufficient_customers`` where too few used the metric.
        """
        together = pool.together
        for told in (together.willingness, together.spread):
            if not told.known:
                raise NotEstimable(
                    told.reason or "no_evidence", "nothing tells what customers would pay for a unit"
                )
        evidence = study.evidence
        ids, units, known = months_of_use(evidence.panel, study.metric)
        if len(ids) < FEWEST_CUSTOMERS:
            text = f"needs {FEWEST_CUSTOMERS} customers that used {study.metric.metric}, has {len(ids)}"
            raise NotEstimable("insufficient_customers", text)
        place = {customer: at for at, customer in enumerate(evidence.customers)}
        at = np.array([place[customer] for customer in ids], dtype=np.intp)
        bill = np.nan_to_num(evidence.traits.mrr[at], nan=0.0)
        worth = np.full(len(ids), np.nan) if study.pooled is None else study.pooled.worth[at]
        worth = np.where(worth > 0, worth, np.nan)
        mean, likes = mean_month(units, known), max(1, _COMERS // len(ids))
        everybody = Population(together.willingness, together.spread, together.correlation)
        per_unit, anew = (
            draw_by_customer(everybody, log_worth=np.log(worth), paid=paid, draws=draws, seed=seed)
            for paid in (bill / mean, np.zeros(len(ids)))
        )
        each = np.repeat(np.arange(len(ids)), likes)
        comers = draw_by_customer(
            everybody, log_worth=np.log(worth[each]), paid=np.zeros(each.size), draws=draws, seed=seed,
            evenly_by=mean[each],
        )  # fmt: skip
        # A stream of its own: who stands for many must not go with who would pay much.
        stands_for = np.random.default_rng((seed, 1)).standard_exponential((draws, len(ids)))
        return cls(
            ids, units, known, bill, bill, worth, per_unit, anew, comers.reshape(draws, len(ids), likes), stands_for,
            counts=np.ones(len(ids)),
        )  # fmt: skip

    def asking(self, asked: Floats) -> TierCustomers:
        """Return the same customers, newcomers like each being asked so much a month today (n,)."""
        return replace(self, asked=asked)

    def weighed(self, ideal: NDArray[np.bool_], weight: float) -> TierCustomers:
        """Return the same customers, the ideal ones (n,) counting so many times as much as the others."""
        counts = np.where(ideal, weight, 1.0)
        return replace(self, counts=counts / counts.mean())

    @property
    def count(self) -> int:
        """N."""
        return len(self.ids)

    @property
    def mean_units(self) -> Floats:
        """Units in a mean month, shape (n,)."""
        return mean_month(self.units, self.known)

    @property
    def paying(self) -> NDArray[np.bool_]:
        """Who pays today, shape (n,)."""
        return self.bill > 0

    def only(self, chosen: NDArray[np.bool_]) -> TierCustomers:
        """Return the chosen customers (n,) alone."""
        return TierCustomers(
            [customer for customer, kept in zip(self.ids, chosen, strict=True) if kept],
            self.units[chosen], self.known[chosen], self.bill[chosen], self.asked[chosen], self.worth[chosen],
            self.per_unit[:, chosen], self.anew[:, chosen], self.comers[:, chosen], self.stands_for[:, chosen],
            self.counts[chosen],
        )  # fmt: skip

    @property
    def forerunners(self) -> NDArray[np.bool_]:
        """Of whom it is known what a newcomer like them is asked today, shape (n,)."""
        return self.asked > 0

    @property
    def likes(self) -> int:
        """How many stand for each customer in `comers`."""
        return int(self.comers.shape[2])

    def of_all(self, each: Floats) -> Floats:
        """Return what as many who may come bring in all, (draws,), from what those like each do (draws, n)."""
        if not self.count:
            return np.zeros(each.shape[0])
        whole = self.stands_for / self.stands_for.mean(axis=1, keepdims=True)
        brought: Floats = (whole * each).sum(axis=1)
        return brought

    def crowd(self) -> TierCustomers:
        """Return all who may come as customers of their own, who use and pay what those do whom they are like."""
        draws, each = self.comers.shape[0], np.repeat(np.arange(self.count), self.likes)
        anew = self.comers.reshape(draws, each.size)
        return TierCustomers(
            [self.ids[at] for at in each], self.units[each], self.known[each], self.bill[each], self.asked[each],
            self.worth[each], self.per_unit[:, each], anew, anew[:, :, None], self.stands_for[:, each],
            self.counts[each],
        )  # fmt: skip


def mean_month(units: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return units in a mean month, (n,), from those by month (n, MONTHS) and which of these there were."""
    mean: Floats = np.where(known, units, 0.0).sum(axis=1) / known.sum(axis=1)
    return mean


def months_of_use(panel: StoredPanel, metric: Metric) -> tuple[list[str], Floats, NDArray[np.bool_]]:
    """Return the customers that ever used the metric, and their latest active months.

    Returns
    -------
    Ids, sorted; units of shape (n, MONTHS), the latest month last; and which of these months there were.
    """
    months = recorded_months(panel.connect().table("months"), [metric])
    units = months[metric.column]
    active = months.filter((months.days_observed > 0) & units.notnull())
    newest_first = ibis.window(group_by="customer_id", order_by=ibis.desc("month"))
    ranked = active.select(
        "customer_id", units=active[metric.column], age=ibis.row_number().over(newest_first)
    )
    recent = ranked.filter(ranked.age < MONTHS)
    used = recent.group_by("customer_id").agg(total=recent.units.sum())
    users = used.filter(used.total > 0)
    table = recent.semi_join(users, "customer_id").order_by(["customer_id", ibis.desc("age")]).to_pyarrow()
    ids, row = np.unique(
        np.array(table["customer_id"].to_pylist(), dtype=object).astype(str), return_inverse=True
    )
    found = np.zeros((ids.size, MONTHS))
    known = np.zeros((ids.size, MONTHS), dtype=np.bool_)
    column = MONTHS - 1 - table["age"].to_numpy().astype(np.intp)
    found[row, column] = table["units"].to_numpy().astype(np.float64)
    known[row, column] = True
    return ids.tolist(), found, known
