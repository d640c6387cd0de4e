"""The plan of raises: found on half of the draws, told on the other half, beside the best plain raises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Estimate, Label
from models.pricing.raises.chances import RaisePlan, plan_raises
from models.pricing.raises.downgrades import below, lower_share
from models.pricing.raises.draws import Draws
from pricing_service.decisions._raise_study import RaiseStudy

_METHOD = "draws that planning did not see"


@dataclass(frozen=True)
class Rails:
    """Budgets and fairness.

    Parameters
    ----------
    customers, revenue
        How much more of customers, and of revenue, may be lost in a year, shares.
    share
        Of draws in which both must hold.
    risk_aversion
        How much the mean of the worst tenth counts, 0–1.
    fairness_by
        Whoever has the same of these gets the same raise.
    """

    customers: float
    revenue: float
    share: float
    risk_aversion: float
    fairness_by: list[str]

    @property
    def budget(self) -> Floats:
        """Both budgets."""
        return np.array([self.customers, self.revenue])


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan of a study.

    Parameters
    ----------
    study, rails
        Of what, within what.
    plan
        By group.
    group, names
        Shape (n,): the group of each customer; what each group is called.
    level
        Shape (n,): the level of each customer.
    """

    study: RaiseStudy
    rails: Rails
    plan: RaisePlan
    group: NDArray[np.intp]
    names: list[str]
    level: NDArray[np.intp]

    @classmethod
    def of(cls, study: RaiseStudy, rails: Rails) -> Planned:
        """Find the plan that is worth most."""
        group, names = study.customers.groups(rails.fairness_by)
        plan = plan_raises(
            _seen(study.draws(group, rails.budget)),
            share=rails.share,
            risk_aversion=rails.risk_aversion,
        )
        members = study.levels_of_members()
        level = members[np.arange(group.size), plan.level[group]]
        return cls(study, rails, plan, group, names, level)

    @property
    def raises(self) -> Floats:
        """The raise of each customer, a share, shape (n,)."""
        found: Floats = self.study.terms.levels[self.level]
        return found

    def gains(self, level: NDArray[np.intp] | None = None) -> Floats:
        """Return the change of lifetime value in draws that planning did not see."""
        total: Floats = self._of(self.study.told.gain, level).sum(axis=1)
        return total

    def churns(self, level: NDArray[np.intp] | None = None) -> tuple[Floats, Floats]:
        """Return the change of the shares of customers and of revenue that leave within a year, in the same draws."""
        more, bill = self._of(self.study.told.churn, level), self.study.customers.bill
        of_revenue: Floats = more @ (bill / bill.sum())
        return more.mean(axis=1), of_revenue

    def _of(self, each: Floats, level: NDArray[np.intp] | None) -> Floats:
        chosen = self.level if level is None else level
        later = each[each.shape[0] // 2 :]
        found: Floats = later[:, np.arange(chosen.size), chosen]
        return found

    def mrr_change(self) -> Floats:
        """Return what is paid a month a year on, less what would be without raises, in the same draws."""
        study = self.study
        before = self.stays(np.zeros_like(self.level))
        paid = study.customers.bill * (1 + self.realised[:, None] * self._begun)
        more: Floats = (self.stays() * paid - before * study.customers.bill).sum(axis=1)
        return more - self.lost_below()

    @property
    def _begun(self) -> Floats:
        """The raise of each that has begun in a year, a share, shape (n,)."""
        found: Floats = self.raises * (self.study.wait < 12)
        return found

    def lost_below(self, *, raised: bool = True) -> Floats:
        """Return what is paid less a month a year on because some went down, in the same draws.

        Less than at the raise, or, where not `raised`, than today.
        """
        study, none = self.study, np.zeros_like(self.level)
        there = np.stack([self.stays(level) for level in (none, self.level)], axis=2)
        later = study.bargains.per_leaver[study.bargains.per_leaver.size // 2 :]
        share = self.realised[:, None] * self._begun if raised else np.zeros((later.size, 1))
        each = below(study.customers.bill, study.bargains.kept, share[:, :, None])
        lost: Floats = (lower_share(there, later)[:, :, 1:] * each).sum(axis=(1, 2))
        return lost

    @property
    def realised(self) -> Floats:
        """Return which share of a raise is paid in the end, in the same draws."""
        found: Floats = self.study.realised[self.study.realised.size // 2 :]
        return found

    def stays(self, level: NDArray[np.intp] | None = None) -> Floats:
        """Return the chance of each to be there in a year, in the same draws, shape (draws, n)."""
        found: Floats = 1 - self._of(self.study.told.gone, level)
        return found

    def values(self, level: NDArray[np.intp] | None = None) -> Floats:
        """Return the lifetime value of all together, in the same draws."""
        total: Floats = self._of(self.study.told.value, level).sum(axis=1)
        return total

    def label(self, unit: str) -> Label:
        """Return the label of what is told."""
        return Label(unit=unit, method=_METHOD, level=self.study.terms.level)

    def estimate(self, draws: Floats, unit: str) -> Estimate:
        """Return the mean of draws with its interval."""
        tail = (1 - self.study.terms.level) / 2
        low, high = np.quantile(draws, [tail, 1 - tail]).tolist()
        return self.label(unit).known(float(draws.mean()), low, high, n=len(self.study.customers.ids))

    def flat(self) -> dict[str, Any]:
        """Return the best single level for everybody, each up to what it is allowed, within the same budgets."""
        return self._plain(np.zeros(self.level.size, dtype=np.intp))

    def by_plan(self) -> dict[str, Any]:
        """Return the best single level for each plan, within the same budgets."""
        return self._plain(self.study.customers.groups(["plan"])[0])

    def without_fairness(self) -> dict[str, Any]:
        """Return what a plan would gain that may raise everybody differently."""
        return self._plain(np.arange(self.level.size))

    def _plain(self, group: NDArray[np.intp]) -> dict[str, Any]:
        study = self.study
        plan = plan_raises(_seen(study.draws(group, self.rails.budget)), share=self.rails.share)
        level = study.levels_of_members()[np.arange(group.size), plan.level[group]]
        return {"raise": float(study.terms.levels[plan.level].max())} | self.come_to(level)

    def come_to(self, level: NDArray[np.intp]) -> dict[str, Any]:
        """Return what levels (n,) gain and what they cost in churn."""
        gain = self.estimate(self.gains(level), self.currency)
        churn = self.estimate(self.churns(level)[0], "share")
        return {
            "lifetime_value_change": gain.to_json(),
            "churn_change": churn.to_json(),
        }

    def levels_within(self, budgets: Floats) -> list[NDArray[np.intp]]:
        """Return the best plan's levels (n,) within each of other budgets (B, 2); the plan itself at its own."""
        draws = _seen(self.study.draws(self.group, self.rails.budget))
        members, rows = self.study.levels_of_members(), np.arange(self.group.size)
        found = []
        for budget in budgets:
            if (budget == self.rails.budget).all():
                found.append(self.level)
                continue
            plan = plan_raises(
                replace(draws, budget=budget), share=self.rails.share, risk_aversion=self.rails.risk_aversion
            )
            found.append(members[rows, plan.level[self.group]])
        return found

    @property
    def currency(self) -> str:
        """Of all money."""
        return self.study.currency


def _seen(draws: Draws) -> Draws:
    """Return the first half of the draws: those that planning sees."""
    cut = len(draws.gain) // 2
    return replace(draws, gain=draws.gain[:cut], churn=draws.churn[:, :cut])
