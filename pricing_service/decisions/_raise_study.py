"""Raises customer by customer: what each level is worth, what it costs in churn, and which levels are allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.draws import Draws
from models.pricing.raises.earned import Earned
from models.pricing.raises.prospects import Kinds, Lived, Prospects, Told
from models.pricing.raises.response import PriceResponse, Response
from models.retention.ledger import Ints
from pricing_service.decisions._raise_bargains import Bargains, marked
from pricing_service.decisions._raise_coming import COMING
from pricing_service.decisions._raise_contracts import months_until
from pricing_service.decisions._raise_cross_section import CrossSection
from pricing_service.decisions._raise_customers import UNKNOWN, RaiseCustomers
from pricing_service.decisions._raise_evidence import NOT_ACCEPTED, RaiseEvidence, Staggered
from pricing_service.decisions._raise_rows import RaiseRows
from pricing_service.decisions._raise_terms import RaiseTerms
from pricing_service.decisions._raise_versions import kept_for_good, require_versions
from pricing_service.panel import StoredPanel

_DRAWS, _FEWEST_DRAWS, _MOST_CELLS = 400, 80, 8_000_000
_MONTHS_BETWEEN = 12
GRANDFATHERED = "grandfathered"


@dataclass(frozen=True, eq=False)
class RaiseStudy:
    """All that a plan is made of.

    Parameters
    ----------
    customers, terms
        Who, and within what.
    rows
        Past decisions and today's numbers.
    response
        How churn answers, learned or believed.
    why_not
        Why it is not learned; None where it is.
    service
        What serving a customer costs, as a share of its bill.
    today, currency
        The day up to which data count, and the ISO code of money.
    staggered, unused
        Raises of whole plans as evidence where they were looked at, and why they were not, else "".
    cross_section, unlisted
        The same of list prices that customers came at.
    """

    customers: RaiseCustomers
    terms: RaiseTerms
    rows: RaiseRows
    response: Response
    why_not: NotEstimable | None
    service: float
    today: date
    currency: str
    staggered: Staggered | None = None
    unused: str = NOT_ACCEPTED
    cross_section: CrossSection | None = None
    unlisted: str = NOT_ACCEPTED

    @classmethod
    def of(cls, panel: StoredPanel, terms: RaiseTerms) -> RaiseStudy:
        """Read everything and learn how churn answers.

        Raises
        ------
        NotEstimable
            ``no_bills`` or ``history_too_short`` where nobody pays.
        InvalidInput
            Where `grandfather` names what is not there.
        """
        customers = RaiseCustomers.of(panel, level=terms.level, seed=terms.seed, metric=terms.metric)
        require_versions(panel, terms.grandfather, customers.plans, customers.version)
        customers = replace(customers, told=marked(customers.told, panel))
        cells = len(customers.ids) * terms.levels.size
        draws = int(np.clip(_MOST_CELLS // cells, _FEWEST_DRAWS, _DRAWS))
        evidence = RaiseEvidence.of(
            panel, customers, PriceResponse(draws=draws, seed=terms.seed), accept=terms.accept
        )
        return cls(
            customers, terms, evidence.rows, evidence.response, evidence.why_not, _service(panel), panel.as_of,
            panel.currency, evidence.staggered, evidence.unused, evidence.cross_section, evidence.unlisted,
        )  # fmt: skip

    @property
    def identified(self) -> bool:
        """Whether data tell how churn answers."""
        return self.why_not is None and self.response.identified

    @property
    def not_planned(self) -> str:
        """The reason why there is no plan, where there is none."""
        return self.why_not.reason if self.why_not is not None else "not_identified"

    @cached_property
    def earned(self) -> Earned:
        """What value has earned."""
        return self.customers.earned(self.terms.capture)

    @property
    def fair_mrr(self) -> Floats:
        """What those who pay too much would pay at the cap, shape (n,), money a month; NaN for all others."""
        fair: Floats = self.terms.capture[1] * self.customers.value
        return np.where(self.earned.pays_too_much, fair, np.nan)

    @cached_property
    def effective(self) -> list[date]:
        """The first day on which each could pay a new price."""
        return [each.effective(self.today, **self._kept) for each in self.customers.contracts]

    @cached_property
    def begins_in(self) -> Ints:
        """The month of that day by the rule for ends of terms, counted from year 0, shape (n,)."""
        months = [each.begins_in(self.today, **self._kept) for each in self.customers.contracts]
        return np.array(months, dtype=np.int64)

    @property
    def _kept(self) -> dict[str, int]:
        """Days and months before which nobody pays a new price."""
        return {"notice_days": self.terms.notice_days, "kept_months": self.terms.grandfather_months}

    @cached_property
    def kept_for_good(self) -> NDArray[np.bool_]:
        """Who keeps its price for good, shape (n,)."""
        return kept_for_good(self.terms.grandfather, self.customers.plans, self.customers.version)

    @cached_property
    def wait(self) -> Ints:
        """Months until then, shape (n,)."""
        here = self.today.year * 12 + self.today.month - 1
        return np.maximum(self.begins_in - here, 0)

    @cached_property
    def holds(self) -> list[list[str]]:
        """Why each may not be raised; empty where it may."""
        held: list[list[str]] = []
        coming = self.customers.coming.first(self.customers.ids)
        for at, contract in enumerate(self.customers.contracts):
            since = self.customers.since[at]
            codes = {
                GRANDFATHERED: bool(self.kept_for_good[at]),
                COMING: coming[at] is not None,
                "value_unknown": self.customers.basis[at] == UNKNOWN,
                "no_value": self.customers.value[at] <= 0,
                "pays_its_share_already": bool(self.earned.room[at] <= 0) and self.customers.value[at] > 0,
                "not_earned": self.earned.room[at] > 0
                and self.earned.allowed[at] < self.terms.levels[1] * self.customers.bill[at],
                "raised_recently": since is not None
                and months_until(self.effective[at], since) < _MONTHS_BETWEEN,
                "not_due_in_time": self.wait[at] >= self.terms.horizon_months,
                "contract_allows_none": contract.max_uplift is not None
                and contract.max_uplift < self.terms.levels[1],
            }
            held.append([code for code, holds in codes.items() if holds])
        return held

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Which levels each may be raised by, shape (n, L)."""
        cap = np.nan_to_num(self.earned.allowed / self.customers.bill, nan=0.0)
        uplift = [np.inf if each.max_uplift is None else each.max_uplift for each in self.customers.contracts]
        free = np.array([not codes for codes in self.holds])
        found = self.terms.levels[None, :] <= np.minimum(cap, uplift)[:, None] * (1 + 1e-9)
        found &= free[:, None]
        found[:, 0] = True
        return found

    @cached_property
    def steepness(self) -> Floats:
        """How steeply each one's log odds of leaving rise with the log of today's price, shape (draws, n)."""
        kinds = self.response.factors @ self.response.weights(self.customers.places).T
        found: Floats = self.response.pressure(self.rows.position) * kinds * np.exp(self.rows.given)
        return found

    @cached_property
    def log_odds(self) -> Floats:
        """Each one's log odds of leaving at a decision at today's price, shape (draws, n)."""
        kinds = self.response.shifts @ self.response.weights(self.customers.places).T
        risen: Floats = self.steepness * -np.expm1(-self.rows.given)
        return self.response.level(self.rows.known) + kinds + risen

    @cached_property
    def _prospects(self) -> Prospects:
        response, customers, rows = self.response, self.customers, self.rows
        learnt = self.why_not is None
        return Prospects(
            bill=customers.bill, cost=self.service * customers.bill, wait=self.wait,
            every=np.array([each.every for each in customers.contracts], dtype=np.int64),
            level=response.level(rows.known) if learnt else self._as_they_left(response.theta.size),
            pressure=response.pressure(rows.position), above=np.exp(rows.given if learnt else 0.0 * rows.given),
            kinds=Kinds(
                response.shifts if learnt else 0 * response.shifts, response.factors, response.weights(customers.places)
            ),
            realised=self.realised, per_leaver=self.bargains.per_leaver, kept=self.bargains.kept,
        )  # fmt: skip

    @cached_property
    def told(self) -> Told:
        """What comes of each level, in draws."""
        terms = self.terms
        return self._prospects.under(
            terms.levels, months=terms.horizon_months, yearly_discount=terms.discount_rate, watched=terms.watched
        )  # fmt: skip

    def lived(self, raises: Floats) -> Lived:
        """Return how customers live from each one's own raise (n,) on, and whom it drives away."""
        terms = self.terms
        return self._prospects.lived(raises, months=terms.horizon_months, yearly_discount=terms.discount_rate)

    @cached_property
    def realised(self) -> Floats:
        """Which share of a raise is paid in the end, shape (draws,)."""
        return self.bargains.realised

    @cached_property
    def bargains(self) -> Bargains:
        """How customers bargain."""
        terms = self.terms
        return Bargains(self.customers, self.response.theta.size, terms.seed, terms.downgrades)

    def draws(self, group: NDArray[np.intp], budget: Floats) -> Draws:
        """Return what levels of groups (codes, (n,)) gain and cost: each member gets the most that it is allowed."""
        level = self.levels_of_members()
        places = np.arange(level.shape[0])[:, None]
        gain, churn = self.told.gain[:, places, level], self.told.churn[:, places, level]
        weight = np.stack([np.full(self.customers.bill.size, 1 / self.customers.bill.size),
                           self.customers.bill / self.customers.bill.sum()])  # fmt: skip
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        reaches = np.maximum.reduceat(self.allowed[order], starts, axis=0)
        return Draws(
            gain=np.add.reduceat(gain[:, order], starts, axis=1),
            churn=np.stack([np.add.reduceat((churn * w[:, None])[:, order], starts, axis=1) for w in weight]),
            allowed=reaches,
            budget=budget,
        )

    def levels_of_members(self) -> NDArray[np.intp]:
        """Return which level each gets where its group gets each, shape (n, L): the highest allowed one up to it."""
        at = np.where(self.allowed, np.arange(self.allowed.shape[1]), 0)
        found: NDArray[np.intp] = np.maximum.accumulate(at, axis=1)
        return found

    def _as_they_left(self, draws: int) -> Floats:
        """Return log odds of leaving where no response was learned, shape (draws, n).

        Each leaves as often as all did, with the doubt about it: the rate is that of all kinds of customers together.
        """
        past = self.rows.past
        rng = np.random.default_rng((self.terms.seed, 2))
        left = int(past.left.sum())
        chance = rng.beta(left + 0.5, past.left.size - left + 0.5, draws)
        odds: Floats = np.log(chance / (1 - chance))
        return np.repeat(odds[:, None], len(self.customers.ids), axis=1)


def _service(panel: StoredPanel) -> float:
    """Return what serving customers costs after their first month, a share of what they pay; 0 where nothing tells."""
    months = panel.connect().table("months")
    later = months.filter(~months.partial & (months.months_since_signup > 1))
    told = later.agg(cost=later.cost.cast("float64").sum(), paid=later.mrr_average.cast("float64").sum())
    row = told.to_pyarrow().to_pylist()[0]
    return min((row["cost"] or 0.0) / row["paid"], 1.0) if row["paid"] else 0.0
