"""A business: the whole of the laws that a simulated market follows."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.market.laws import (
    InsideLaw,
    KpiLaw,
    MetricLaw,
    OfferLaw,
    PriceLaw,
    ReportingLaw,
    TraitLaw,
    TrialLaw,
    ValueLaw,
)
from experiments.market.regimes import Regime


@dataclass(frozen=True, kw_only=True)
class Business:
    """Everything that decides how a simulated business comes out, apart from chance.

    Parameters
    ----------
    seed
        The seed that drew it.
    name, currency
        As the dataset will call itself.
    regime
        The world it lives in.
    customers
        How many customers the book ever had.
    months
        How many calendar months of history there are.
    established
        Share of customers that were there before the history begins, 0–1.
    traits, value, metrics, kpis, price, reporting, offer
        Its laws. The first metric is the one whose units cause value.
    inside
        How units differ inside a customer; None (as drawn) does not tell them apart.
    trial
        How the first metric's unit was offered to prospects; None (as drawn): quotes are by the price list.
    """

    seed: int
    name: str
    currency: str
    regime: Regime
    customers: int
    months: int
    established: float
    traits: TraitLaw
    value: ValueLaw
    metrics: tuple[MetricLaw, ...]
    kpis: tuple[KpiLaw, ...]
    price: PriceLaw
    reporting: ReportingLaw
    offer: OfferLaw
    inside: InsideLaw | None = None
    trial: TrialLaw | None = None

    @property
    def outside(self) -> bool:
        """Whether the business breaks what the estimators assume."""
        return self.regime.outside
