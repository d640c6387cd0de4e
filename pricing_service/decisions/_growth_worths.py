"""What each customer who pays today is still worth, by what is known of it: margin × months to come, by the hazard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate
from models.retention.customer_lives import CustomerLives, customer_lives
from models.retention.ledger import Ints
from pricing_service.decisions._growth_leaving import Leaving
from pricing_service.decisions._growth_lifetimes import Terms
from pricing_service.decisions._growth_months import apart_from_none, in_words

HELD = "covariates, bill and share of margin as they are today"
_TENTHS = 10


@dataclass(frozen=True, eq=False)
class Worths:
    """Lifetime values of those who pay today.

    Parameters
    ----------
    leaving
        Their hazard.
    lives
        The months that they still stay, discounted.
    margin
        Shape (q,): what each brings a month, money.
    """

    leaving: Leaving
    lives: CustomerLives
    margin: Floats

    @classmethod
    def of(cls, leaving: Leaving, terms: Terms, margin_share: float) -> Worths:
        """Sum up lives and money."""
        paid, now = leaving.paid, leaving.paid.today
        lives = customer_lives(
            leaving.fit, paid.age[now], paid.covariates[now], outlook=terms.outlook, level=terms.level
        )
        return cls(leaving, lives, margin_share * paid.mrr[now])

    @cached_property
    def rank(self) -> Ints:
        """Shape (q,): 1 for who is worth most."""
        order = np.argsort(-self.margin * self.lives.expected, kind="stable")
        place = np.empty(order.size, dtype=np.int64)
        place[order] = np.arange(1, order.size + 1)
        return place

    def rows(self) -> dict[str, list[Any]]:
        """Return each customer's lifetime value with its interval, and its rank, in order of ids."""
        ends = np.sort([self.margin * self.lives.low, self.margin * self.lives.high], axis=0)
        return {
            "lifetime_value": (self.margin * self.lives.expected).tolist(),
            "lifetime_value_low": ends[0].tolist(),
            "lifetime_value_high": ends[1].tolist(),
            "lifetime_rank": self.rank.tolist(),
        }

    def to_json(self, currency: str) -> dict[str, Any]:
        """Return the mean, the tenths that are worth most and least, and by what their lives lie apart."""
        unit, size = f"{currency}/customer", self.rank.size
        found: dict[str, Any] = {
            "customers": size,
            "mean": self.lives.mean_worth(self.margin, unit=unit).to_json(),
            "held": HELD,
        }
        tenth = size // _TENTHS
        if not tenth or self.margin.min() < 0 or self.margin.sum() <= 0:
            why = "not_positive" if tenth else "insufficient_customers"
            return found | {"tenths": [], "apart_by": [], "reasons": {"tenths": why, "apart_by": why}}
        top, bottom = self.rank <= tenth, self.rank > size - tenth
        tenths = [self._tenth(*each, unit) for each in (("top", top), ("bottom", bottom))]
        return found | {"tenths": tenths, "apart_by": self._apart_by(top, bottom)}

    def _tenth(self, name: str, chosen: NDArray[np.bool_], unit: str) -> dict[str, Any]:
        lives, worth = self.lives.of(chosen), self.margin * self.lives.expected
        return {
            "tenth": name,
            "customers": int(chosen.sum()),
            "mean": lives.mean_worth(self.margin[chosen], unit=unit).to_json(),
            "share_of_value": float(worth[chosen].sum() / worth.sum()),
            "months": lives.mean_worth(np.ones(lives.expected.size), unit="months").to_json(),
        }

    def _apart_by(self, top: NDArray[np.bool_], bottom: NDArray[np.bool_]) -> list[dict[str, Any]]:
        """Return each covariate's mean in both tenths, in order of what it makes of the odds of leaving."""
        paid, level = self.leaving.paid, self.leaving.level
        x = paid.covariates[paid.today]
        strict = self.leaving.fit.effects(level=1 - (1 - level) / max(len(paid.names), 1))
        rows = []
        for at, name in enumerate(paid.names):
            means = [float(x[chosen, at].mean()) for chosen in (top, bottom)]
            effect = strict[name].value or 0.0
            row = {"covariate": name, "words": in_words(name), "top": means[0], "bottom": means[1]}
            rows.append(
                (abs(effect * (means[0] - means[1])), row | {"stands_out": apart_from_none(strict[name])})
            )
        return [row for _, row in sorted(rows, key=lambda each: -each[0])]


def unknown_worths(refusal: NotEstimable, currency: str, level: float) -> dict[str, Any]:
    """Return the same where nothing foretells who leaves."""
    mean = Estimate.refused(refusal, unit=f"{currency}/customer", level=level)
    return {"customers": 0, "mean": mean.to_json(), "tenths": [], "apart_by": [], "reason": refusal.reason}
