"""What tells how churn answers to price: raises by lot or by contract, else, where it is accepted, weaker evidence.

Raises of whole plans in turn are set beside the plans that are not raised yet, or never: what a plan loses more than
before, and more than the others do. That holds if plans would have gone the same way, which nobody can know; that they
did before is looked at, and where they did not, or nothing tells, the raises tell nothing. Where these do not tell it
either, list prices that customers came at may, where that is accepted (`_raise_cross_section`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import special

from models.errors import NotEstimable
from models.estimate import Label
from models.pricing.raises.leads import Leads, leads_of
from models.pricing.raises.response import PriceResponse, Response, believed
from pricing_service.decisions._raise_contracts import Contract, contracts
from pricing_service.decisions._raise_cross_section import CROSS_SECTIONAL, CrossSection
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_groups import LEADS, GroupRaises
from pricing_service.decisions._raise_listed import ListPrices
from pricing_service.decisions._raise_rows import RaiseRows
from pricing_service.decisions._raise_told import STAGGERED
from pricing_service.panel import StoredPanel

NOT_ACCEPTED, STRONGER = "not_accepted", "stronger_evidence"
_SEEN = 0.05
"""Chance below which plans are said to have gone another way before."""


@dataclass(frozen=True, eq=False)
class Staggered:
    """Raises of whole plans as evidence: the raises, what came before them, and why they are not used, if so."""

    groups: GroupRaises
    before: Leads | None
    why_not: NotEstimable | None

    def entry(self, level: float) -> dict[str, Any]:
        """Return what the answer says of it: who was raised when, and whether plans went another way before."""
        told = [each for each in self.groups.told if each.assignment == STAGGERED]
        found = {
            "customers": len({each.customer for each in told}),
            "groups": [
                {"group": name, "begins": f"{month // 12:04d}-{month % 12 + 1:02d}"}
                for name, month in zip(self.groups.names, self.groups.begins.tolist(), strict=True)
                if month in {each.month for each in told}
            ],
        }
        if self.before is None:
            reason = self.why_not.reason if self.why_not is not None else "no_months_before"
            trend: dict[str, Any] = {
                "verdict": "unknown",
                "chance": None,
                "leads": [],
                "reasons": {"chance": reason},
            }
            return found | {"trend_before": trend}
        verdict = "seen" if self.before.chance < _SEEN else "none_seen"
        leads = [self._lead(at, level) for at in range(len(LEADS))]
        return found | {
            "trend_before": {"verdict": verdict, "chance": self.before.chance, "leads": leads, "reasons": {}}
        }

    def _lead(self, at: int, level: float) -> dict[str, Any]:
        assert self.before is not None
        label = Label(unit="log odds", method="logit of leaving before the raise", level=level)
        value, error = float(self.before.value[at]), float(self.before.error[at])
        first, last = LEADS[at]
        months = {"from_month": -last, "to_month": -first}
        if not np.isfinite(value):
            return months | label.unknown("no_months_before", n=0).to_json()
        reach = float(special.ndtri((1 + level) / 2)) * error
        n = int(self.before.leavers[at])
        return months | label.known(value, value - reach, value + reach, n=n).to_json()


@dataclass(frozen=True, eq=False)
class RaiseEvidence:
    """What the answer to prices rests on.

    Parameters
    ----------
    rows, response, why_not
        Decisions of the past; the answer learned from them, or believed; why it is not learned, if so.
    staggered, unused
        Raises of whole plans, where they were looked at; and why they were not, else "".
    cross_section, unlisted
        List prices that customers came at, where they were looked at; and why they were not, else "".
    """

    rows: RaiseRows
    response: Response
    why_not: NotEstimable | None
    staggered: Staggered | None
    unused: str
    cross_section: CrossSection | None = None
    unlisted: str = NOT_ACCEPTED

    @classmethod
    def of(
        cls, panel: StoredPanel, customers: RaiseCustomers, learner: PriceResponse, *, accept: tuple[str, ...]
    ) -> RaiseEvidence:
        """Learn the answer from the strongest evidence that tells it."""
        agreed = contracts(panel, ended=True)
        rows = RaiseRows.of(panel, customers, agreed)
        found = _learned(rows, learner)
        if not isinstance(found, NotEstimable) and found.identified:
            return cls(rows, found, None, None, STRONGER, None, STRONGER)
        best = cls(rows, *_or_believed(found, rows, learner), None, NOT_ACCEPTED)
        if STAGGERED in accept:
            best = best.with_plans(panel, customers, agreed, learner)
        if CROSS_SECTIONAL not in accept:
            return best
        if best.identified:
            return replace(best, unlisted=STRONGER)
        return best.with_list_prices(panel, customers, agreed, learner)

    @property
    def identified(self) -> bool:
        """Whether it tells the answer."""
        return self.why_not is None and self.response.identified

    def with_plans(
        self,
        panel: StoredPanel,
        customers: RaiseCustomers,
        agreed: Mapping[str, Contract],
        learner: PriceResponse,
    ) -> RaiseEvidence:
        """Return what raises of whole plans tell beside it, or why they do not."""
        try:
            groups = GroupRaises.of(panel, customers, agreed)
        except NotEstimable as refusal:
            return replace(self, why_not=self.why_not or refusal, unused=refusal.reason)
        return self.accepting(groups, RaiseRows.of(panel, customers, agreed, groups), learner)

    def with_list_prices(
        self,
        panel: StoredPanel,
        customers: RaiseCustomers,
        agreed: Mapping[str, Contract],
        learner: PriceResponse,
    ) -> RaiseEvidence:
        """Return what list prices that customers came at tell in its place, or why they do not."""
        try:
            listed = ListPrices.of(panel, customers, agreed)
        except NotEstimable as refusal:
            return replace(self, why_not=self.why_not or refusal, unlisted=refusal.reason)
        shown = CrossSection.of(panel, customers, listed)
        rows = RaiseRows.of(panel, customers, agreed, listed=listed)
        found = shown.why_not or _learned(rows, learner)
        if isinstance(found, NotEstimable):
            refused = None if self.why_not is None else found
            return replace(self, why_not=refused, cross_section=replace(shown, why_not=found), unlisted="")
        if not found.identified:
            return replace(self, cross_section=shown, unlisted="")
        return replace(self, rows=rows, response=found, why_not=None, cross_section=shown, unlisted="")

    def accepting(self, groups: GroupRaises, rows: RaiseRows, learner: PriceResponse) -> RaiseEvidence:
        """Return what raises of whole plans tell beside it, or why they do not; `rows` are read with them."""
        before, refused = _before(groups, rows)
        found = refused or _learned(rows, learner)
        if isinstance(found, NotEstimable):
            shown = Staggered(groups, before, found)
            return RaiseEvidence(self.rows, _believed(self.rows, learner), found, shown, "")
        return RaiseEvidence(rows, found, None, Staggered(groups, before, None), "")


def _before(groups: GroupRaises, rows: RaiseRows) -> tuple[Leads | None, NotEstimable | None]:
    """Return what came before the raises, and why that forbids to read them, if it does."""
    past = rows.past
    before, leads = groups.before(past.customer, rows.month)
    free = before & (past.given == 0) & (past.other == 0).all(axis=1)
    try:
        found = leads_of(past.left[free], past.known[free], leads[free], past.customer[free])
    except NotEstimable as refusal:
        return None, refusal
    if found.chance < _SEEN:
        text = (
            "plans that were raised lost customers at another rate before: what came after is not the raise's"
        )
        return found, NotEstimable("trend_before", text)
    return found, None


def _learned(rows: RaiseRows, learner: PriceResponse) -> Response | NotEstimable:
    try:
        return learner.fit(rows.past)
    except NotEstimable as refusal:
        return refusal


def _or_believed(
    found: Response | NotEstimable, rows: RaiseRows, learner: PriceResponse
) -> tuple[Response, NotEstimable | None]:
    if isinstance(found, NotEstimable):
        return _believed(rows, learner), found
    return found, None


def _believed(rows: RaiseRows, learner: PriceResponse) -> Response:
    """Return what is believed before any data, of rows as these."""
    return believed(
        learner.draws, seed=learner.seed, known=rows.known.shape[1], positions=rows.past.positions
    )
