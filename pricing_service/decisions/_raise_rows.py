"""Months in which customers could leave, with what they were asked: what the answer to prices is learned from.

Where a term binds, its last month is the decision, or the month in which the customer left before. Which share of its
value a customer pays counts where it is measured, and from the seventh month on: who leaves before has reported too
little to be measured at all, and value that is modelled from units is too rough to compare customers by. What a
customer itself would pay counts from the same month on, where enough of them told it: who was asked had mostly stayed
to be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.decisions import Decisions
from models.retention.ledger import Ints
from pricing_service.decisions._raise_contracts import Contract, due_months
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_exposure import Exposure
from pricing_service.decisions._raise_groups import GroupRaises
from pricing_service.decisions._raise_listed import ListPrices
from pricing_service.decisions._raise_standing import MEASURED_FROM, Standing, drawn_in, from_middle
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of, floats_of

BANDS = (0, 3, 6, 12, 24)


@dataclass(frozen=True, eq=False)
class RaiseRows:
    """Decisions of the past, and the same numbers of those who pay today.

    Parameters
    ----------
    past
        What is learned from.
    known, position, given
        Of today's n customers: x (n, k), z (n, j) and u (n,), as in `Decisions`.
    month
        Shape (m,): of each decision of the past, from year 0.
    """

    past: Decisions
    known: Floats
    position: Floats
    given: Floats
    month: Ints

    @classmethod
    def of(
        cls,
        panel: StoredPanel,
        customers: RaiseCustomers,
        agreed: Mapping[str, Contract],
        groups: GroupRaises | None = None,
        *,
        listed: ListPrices | None = None,
    ) -> RaiseRows:
        """Read them from the panel's months; with `groups`, raises of whole groups are given, and groups have levels.

        With `listed`, the list price that a customer came at is a raise over the usual one of its plan.

        Raises
        ------
        NotEstimable
            ``history_too_short`` where there are not two whole months with bills.
        """
        months = _Months.of(panel, customers.everybody)
        told = customers.told if groups is None else groups.told
        begun = Exposure.of(told, customers.everybody, months.gone_in())
        raises = Exposure.of([*told, *customers.coming.told], customers.everybody, months.gone_in()).up_to(
            months.last
        )
        to_come = np.log(customers.bill / customers.paid)
        value = np.where(customers.measured, customers.value_of_all, np.nan)
        bill = months.first_bill() if listed is None else listed.bill
        known = _Known.of(bill, value, raises, last=months.last, noise=customers.noise)
        known = replace(
            known, levels=None if groups is None else groups.levels, listed=listed,
            willing=Standing.of(
                customers.willing, bill, known.share, months.gone_in(), months=(int(months.month.min()), months.last)
            ),
        )  # fmt: skip
        at_risk = months.due(agreed, customers.everybody) | months.gone
        who, month, age = months.who[at_risk], months.month[at_risk], months.age[at_risk]
        past = Decisions(
            left=months.gone[at_risk],
            given=raises.given(who, month) + known.came_at(who, month),
            other=raises.other(who, month),
            position=known.position(who, age, month),
            known=known.at(who, age, month),
            customer=who,
        )
        here, ages = customers.places, months.age_today(customers.places)
        today = np.full(here.size, months.last)
        given = begun.given(here, today) + to_come + known.came_at(here, today)
        return cls(past, known.at(here, ages, today), known.position(here, ages, today), given, month)


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of all N customers: z (NaN where it is not), log of the first bill, raises, and the last month.

    `levels` (N, g) are of groups, where whole groups' raises are read; `listed` the list prices that customers came at;
    `willing` is v, where enough told it.
    """

    share: Floats
    log_bill: Floats
    raises: Exposure
    last: int
    levels: Floats | None = None
    listed: ListPrices | None = None
    willing: Standing | None = None

    @classmethod
    def of(
        cls, bill: Floats, value: Floats, raises: Exposure, *, last: int, noise: Floats | None = None
    ) -> _Known:
        """Read it; `bill` and `value` are of all N customers, `noise` is the variance of log value by chance."""
        share = np.full(bill.size, np.nan)
        told = (bill > 0) & (value > 0)
        share[told] = np.log(bill[told] / value[told])
        logs = np.log(np.where(bill > 0, bill, np.nan))
        shrunk = drawn_in(from_middle(share), np.zeros(bill.size) if noise is None else np.nan_to_num(noise))
        return cls(shrunk, np.nan_to_num(from_middle(logs)), raises, last)

    def position(self, who: NDArray[np.intp], age: Ints, month: Ints) -> Floats:
        """Return z of customer-months, shape (m, j): share of value, and of willingness; 0 where it does not count."""
        z = np.where(self._counts(who, age), np.nan_to_num(self.share[who]), 0.0)
        return np.column_stack([z] if self.willing is None else [z, self.willing.at(who, age, month)])

    def at(self, who: NDArray[np.intp], age: Ints, month: Ints) -> Floats:
        """Return x of customer-months: a level for each band of age, z, whether it counts, the bill, time and waves."""
        band = np.searchsorted(BANDS, np.maximum(age, 0), side="right") - 1
        levels = band[:, None] == np.arange(len(BANDS))
        z, years = self.position(who, age, month)[:, 0], (month - self.last) / 12
        own = [levels, z, z * z, self._counts(who, age), self.log_bill[who], years]
        begun = [month >= wave for wave in self.raises.waves()]
        told = [*begun, *self.raises.inside(who, month), self.raises.old(who, month)]
        told = told if self.levels is None else [*told, self.levels[who]]
        told = told if self.listed is None else [*told, self.listed.known(who, month)]
        if self.willing is not None:
            told += self.willing.levels(who, age, month)
        return np.column_stack([*own, *told]).astype(np.float64)

    def came_at(self, who: NDArray[np.intp], month: Ints) -> Floats:
        """Return u of the list price that each came at; 0 where it does not count."""
        return np.zeros(who.size) if self.listed is None else self.listed.given(who, month)

    def _counts(self, who: NDArray[np.intp], age: Ints) -> NDArray[np.bool_]:
        counts: NDArray[np.bool_] = np.isfinite(self.share[who]) & (age >= MEASURED_FROM)
        return counts


@dataclass(frozen=True, eq=False)
class _Months:
    """Customer-months with a bill at their end: who, month (from year 0), age, bill, whether it left after."""

    who: NDArray[np.intp]
    month: Ints
    age: Ints
    bill: Floats
    gone: NDArray[np.bool_]
    last: int
    customers: int

    @classmethod
    def of(cls, panel: StoredPanel, everybody: list[str]) -> _Months:
        """Read the panel's whole months with a bill."""
        months = panel.connect().table("months")
        whole = months.filter(~months.partial & (months.mrr_end > 0))
        told = arrow_of(
            whole.select(
                "customer_id", at=whole.month.year() * 12 + whole.month.month() - 1,
                bill=whole.mrr_end.cast("float64"), age=whole.months_since_signup,
            ).order_by("customer_id", "at")
        )  # fmt: skip
        place = {customer: at for at, customer in enumerate(everybody)}
        ids = told.column("customer_id").combine_chunks().dictionary_encode()
        lookup = np.array([place[each] for each in ids.dictionary.to_pylist()], dtype=np.intp)
        if not lookup.size:
            raise NotEstimable("history_too_short", "no customer has paid for a whole month")
        who = lookup[ids.indices.to_numpy()]
        month = floats_of(told, "at").astype(np.int64)
        last = int(month.max())
        stays = np.zeros(who.size, dtype=np.bool_)
        stays[:-1] = (who[1:] == who[:-1]) & (month[1:] == month[:-1] + 1)
        age = np.nan_to_num(floats_of(told, "age"), nan=24.0).astype(np.int64)
        bill = floats_of(told, "bill")
        return cls(who, month, age, bill, ~stays & (month < last), last, len(everybody))

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which have a whole month after them."""
        inside: NDArray[np.bool_] = self.month < self.last
        return inside

    def gone_in(self) -> Ints:
        """Return the last month in which each of all customers paid, (N,); one that never comes where it is there."""
        found = np.full(self.customers, np.iinfo(np.int64).max)
        found[self.who[self.gone]] = self.month[self.gone]
        return found

    def first_bill(self) -> Floats:
        """Return each customer's first bill, shape (N,), NaN where it has none."""
        found = np.full(self.customers, np.nan)
        found[self.who[::-1]] = self.bill[::-1]
        return found

    def age_today(self, places: NDArray[np.intp]) -> Ints:
        """Return the age in the last month of customers (n,)."""
        found = np.full(self.customers, 24)
        found[self.who] = self.age
        return found[places]

    def due(self, agreed: Mapping[str, Contract], everybody: list[str]) -> NDArray[np.bool_]:
        """Return which months are decisions."""
        found = self.counted.copy()
        bound = {
            at: agreed[each] for at, each in enumerate(everybody) if each in agreed and agreed[each].term_end
        }
        starts = np.searchsorted(self.who, np.arange(self.customers + 1))
        for at, contract in bound.items():
            mine = slice(starts[at], starts[at + 1])
            found[mine] &= due_months(contract, self.month[mine] + 1) > 0
        return found
