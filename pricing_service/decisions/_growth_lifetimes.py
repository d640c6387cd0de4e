"""How long customers stay, what that is worth, and when they have paid back what they cost to win."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.resampling import Scale, bootstrap_weights, estimate_from_draws
from models.retention.lifetime_value import lifetime_value_of_new, lifetime_values
from models.retention.payback import acquisition_cost, payback_counting_losses, value_to_cost
from models.retention.shifted_beta_geometric import Outlook
from pricing_service.decisions._growth_calendar import UsualTerms
from pricing_service.decisions._growth_costs import spent
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._growth_lives import Lives
from pricing_service.panel import StoredPanel

SERVICE_KINDS = ("hosting", "support", "success", "onboarding")
TENURES = (0, 12, 24, 36)
_FEWEST = 10
_DRAWS, _MOST_CELLS = 1000, 20_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How far a life counts: discount a year, months, and the level of intervals."""

    discount_rate: float
    months: int
    level: float

    @property
    def outlook(self) -> Outlook:
        """The same for monthly payments."""
        return Outlook.of_months(yearly_discount=self.discount_rate, months=self.months)


@dataclass(frozen=True, eq=False)
class Worth:
    """What customers are worth, and the money that it is counted from.

    Parameters
    ----------
    book, terms
        The ledger, and how far a life counts.
    service, acquisition
        Costs over the window, money; None where no table tells them.
    won
        Customers won in it, the ledger's first month left out: those who were there before it look new there.
    window
        Months.
    usual
        Customers' terms; None: all can leave in any month.
    """

    book: Book
    terms: Terms
    service: float | None
    acquisition: float | None
    won: int
    window: int
    usual: UsualTerms | None = None

    @classmethod
    def of(cls, book: Book, panel: StoredPanel, terms: Terms, *, months: list[dict[str, Any]]) -> Worth:
        """Read costs of the window, whose months of the bridge are given."""
        costs = spent(book, panel, len(months), by="kind")
        service = (
            sum(costs.get(kind, 0.0) for kind in SERVICE_KINDS) if set(costs) & set(SERVICE_KINDS) else None
        )
        since = min(len(months), book.ledger.months - 1)
        winning = costs if since == len(months) else spent(book, panel, since, by="kind")
        won = sum(month["movements"]["new"] for month in months[len(months) - since :])
        return cls(
            book, terms, service, winning.get("acquisition"), won, len(months), UsualTerms.of(panel, book)
        )

    @cached_property
    def margin_share(self) -> float:
        """What is left of revenue after cost to serve, over the window; 1 where no table tells costs."""
        months = range(max(self.book.ledger.months - self.window, 0), self.book.ledger.months)
        revenue = sum(float(self.book.ledger.at(month).sum()) for month in months) / self.book.minor
        return 1 - self.service / revenue if self.service is not None and revenue > 0 else 1.0

    def lifetime_value(self, until: int, *, seed: int) -> Estimate:
        """Return a new customer's lifetime value as it was known after so many months."""
        unit = f"{self.book.currency}/customer"
        try:
            lives = Lives(self.book, until, self.usual)
            return lifetime_value_of_new(
                lives.fit(),
                self._margin_of_new(lives, seed=seed),
                outlook=self.terms.outlook,
                level=self.terms.level,
            )
        except NotEstimable as refusal:
            return Estimate.refused(refusal, unit=unit, level=self.terms.level)

    def to_json(self, *, seed: int) -> dict[str, Any]:
        """Return lifetime value now and a year ago, by tenure, and payback."""
        months = self.book.ledger.months
        now, then = (self.lifetime_value(each, seed=seed) for each in (months, max(months - 12, 1)))
        ratio = value_to_cost(now, then) if now.known and then.known else None
        growth = Label(unit="share", method="lifetime value now ÷ a year ago - 1", level=self.terms.level)
        why = now.reason or then.reason or (ratio.reason if ratio else None) or "interval_unbounded"
        grown = growth.unknown(why, n=now.n)
        if ratio is not None and ratio.value is not None and ratio.low is not None and ratio.high is not None:
            grown = growth.known(ratio.value - 1, ratio.low - 1, ratio.high - 1, n=ratio.n)
        return {
            "lifetime_value": now.to_json(),
            "lifetime_value_growth": grown.to_json(),
            "lifetime": self._by_tenure(seed=seed),
            "acquisition_cost": self._cost().to_json(),
            "cac_payback_months": self._payback(seed=seed).to_json(),
            "gross_margin": self.margin_share if self.service is not None else None,
            "reasons": {} if self.service is not None else {"gross_margin": "no_costs_to_serve"},
        }

    def _by_tenure(self, *, seed: int) -> dict[str, Any]:
        lives, terms = Lives(self.book, self.book.ledger.months, self.usual), self.terms
        try:
            stays, fit = lives.survival(level=terms.level), lives.fit()
        except NotEstimable as refusal:
            return {
                "median_months": Estimate.refused(refusal, unit="months", level=terms.level).to_json(),
                "by_tenure": [], "discount_rate": terms.discount_rate, "months": terms.months,
            }  # fmt: skip
        worth = lifetime_values(
            fit, self._margin(lives, seed=seed), renewals=TENURES, outlook=terms.outlook, level=terms.level
        )
        return {
            "median_months": stays.median().to_json(),
            "by_tenure": [
                {"tenure_months": tenure, "still_to_come": each.to_json()}
                for tenure, each in zip(TENURES, worth, strict=True)
            ],
            "discount_rate": terms.discount_rate,
            "months": terms.months,
            "terms": lives.kinds(fit),
            "new_pays": self._margin_of_new(lives, seed=seed).to_json(),
            "new_pays_by": "first_bills" if lives.first_bills().size >= _FEWEST else "bills_of_today",
        }

    def _margin_of_new(self, lives: Lives, *, seed: int) -> Estimate:
        """Return a new customer's margin a month: that of first bills where enough are known, else of all bills."""
        first = lives.first_bills()
        return self._margin(lives, bills=first if first.size >= _FEWEST else None, seed=seed)

    def _margin(self, lives: Lives, *, bills: Floats | None = None, seed: int) -> Estimate:
        """Return the mean customer's margin a month, with the doubt of a sample of customers."""
        each = self.margin_share * (lives.monthly() if bills is None else bills)
        method = "mean over customers" if bills is None else "mean of the first bills of two years"
        label = Label(unit=f"{self.book.currency}/customer", method=method, level=self.terms.level)
        if each.size < _FEWEST:
            text = f"a mean bill needs {_FEWEST} customers who pay, there are {each.size}"
            raise NotEstimable("insufficient_customers", text)
        draws = int(np.clip(_MOST_CELLS // each.size, 50, _DRAWS))
        drawn = bootstrap_weights(each.size, draws=draws, seed=seed) @ each / each.size
        scale = Scale("log") if self.margin_share > 0 else None
        return estimate_from_draws(float(each.mean()), drawn, n=each.size, label=label, scale=scale)

    def _cost(self) -> Estimate:
        currency = self.book.currency
        label = Label(unit=f"{currency}/customer", method="spend ÷ new customers", level=self.terms.level)
        if self.acquisition is None:
            return label.unknown("no_acquisition_costs", n=0)
        return acquisition_cost(self.acquisition, self.won, currency=currency, level=self.terms.level)

    def _payback(self, *, seed: int) -> Estimate:
        cost, label = self._cost(), Label(unit="months", method="", level=self.terms.level)
        if not cost.known:
            return label.unknown(cost.reason or "no_acquisition_costs", n=0)
        lives = Lives(self.book, self.book.ledger.months, self.usual)
        try:
            margin = self._margin_of_new(lives, seed=seed)
            return payback_counting_losses(cost, margin, lives.fit(), level=self.terms.level)
        except NotEstimable as refusal:
            return Estimate.refused(refusal, unit="months", level=self.terms.level)
