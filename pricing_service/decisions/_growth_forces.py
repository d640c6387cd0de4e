"""The forces of growth: what moved revenue in the past window, and what each of them could do in three years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.estimate import Estimate, Label
from models.proportions import mid_p
from models.retention.levers import Levers, Referring
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._growth_forecast import Foresight
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._ideal_scores import ideal_scores
from pricing_service.panel import StoredPanel

HORIZON_MONTHS = 36
RECENT_MONTHS = 24
POINTS_OF_GRR = 0.02
PRICE_RISE, LEAVES_BY_PRICE = 0.05, (0.0, 0.5)
"""A raise, and the share of those asked that it drives away for each part of it: nothing to half, all as likely."""
MORE = 1.1
_POINTS = (-(1.5**0.5), 0.0, 1.5**0.5)
"""Three of equal weight with the mean and spread of a normal distribution."""
_STEPS = 3
_MOST_GROWTH = 10.0
"""Times today's revenue beyond which three years ahead are no forecast but a formula."""

FORCES = (
    ("acquisition", ("new",), 1),
    ("winbacks", ("reactivation",), 1),
    ("expansion", ("expansion",), 1),
    ("pricing", ("price_raise",), 1),
    ("retention", ("churn", "contraction"), -1),
)
"""Each force, the lines of the bridge that it is made of, and whether they add or take away."""


def past_forces(book: Book, months: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return by how much each force moved MRR over some months of the bridge."""
    moved = {
        force: sign * sum(round(month[line] * book.minor) for month in months for line in lines)
        for force, lines, sign in FORCES
    }
    return [{"force": force, "mrr_change": book.money(change)} for force, change in moved.items()]


@dataclass(frozen=True, eq=False)
class Forces:
    """What levers would do to a book, each beside the same futures without it.

    Parameters
    ----------
    foresight
        The book's futures.
    ideal
        Shape (q,): which of the customers that are followed are ideal.
    referred
        Of those who came lately, the share that customers recommended us to.
    value
        Log odds of leaving that twice the value for the money makes, where it stands out, with today's chances of
        leaving; None elsewhere.
    """

    foresight: Foresight
    ideal: NDArray[np.bool_]
    referred: Estimate
    value: tuple[Estimate, Floats] | None = None

    @classmethod
    def of(
        cls, foresight: Foresight, panel: StoredPanel, *, value: tuple[Estimate, Floats] | None = None
    ) -> Forces:
        """Read who is ideal, and who was recommended to us."""
        scores = ideal_scores(panel, level=foresight.level, seed=foresight.seed)
        chosen = [] if scores is None else np.array(scores.customers)[scores.ideal].tolist()
        told = {foresight.book.roots.get(each, each) for each in chosen}
        ideal = np.array([customer in told for customer in foresight.followed], dtype=np.bool_)
        return cls(foresight, ideal, _referred(foresight.book, panel, foresight.level), value)

    def to_json(self) -> dict[str, Any]:
        """Return what each lever changes at the horizon, money a month, and over all months up to it."""
        months = HORIZON_MONTHS
        base = self.foresight.paths(months)
        referring = Referring(self.referred.value or 0.0, base.mrr)
        if np.median(base.mrr[:, -1]) > _MOST_GROWTH * self.foresight.today:
            return {"levers": [], "reasons": {"levers": "grows_beyond_experience"}}
        rows = [
            self._row(lever, words, self.foresight.paths(months, levers, referring=referring).mrr, base.mrr)
            for lever, words, levers in self.levers()
        ]
        if self.value is not None:
            rows.append(self._value_row(*self.value, base.mrr, referring))
        rows.sort(key=lambda row: -float(row["mrr_change"]["value"]))
        return {
            "levers": rows,
            "horizon_months": months,
            "referred_share": self.referred.to_json(),
            "leaves_by_price": list(LEAVES_BY_PRICE),
            "reasons": {} if self.value is not None else {"value_lever": "value_effect_unknown"},
        }

    def _row(self, lever: str, words: str, moved: Floats, base: Floats) -> dict[str, Any]:
        gain = moved - base
        return {
            "lever": lever,
            "words": words,
            "mrr_change": self.foresight.money(gain[:, -1]).to_json(),
            "share_of_mrr": self.foresight.share(gain[:, -1] / np.maximum(base[:, -1], 1.0)).to_json(),
            "revenue": self.foresight.total(gain.sum(axis=1)).to_json(),
        }

    def _value_row(
        self, effect: Estimate, chances: Floats, base: Floats, referring: Referring
    ) -> dict[str, Any]:
        """Return what a tenth more value would do by making fewer leave, in draws of its effect too."""
        assert effect.value is not None
        assert effect.low is not None
        assert effect.high is not None
        sd = (effect.high - effect.low) / 2 / float(special.ndtri((1 + effect.level) / 2))
        odds = special.logit(chances)
        factors = [
            float(special.expit(odds + (effect.value + point * sd) * np.log2(MORE)).sum() / chances.sum())
            for point in _POINTS
        ]
        moved = [
            self.foresight.paths(HORIZON_MONTHS, Levers(leaving=factor), referring=referring).mrr
            for factor in factors
        ]
        words = "a tenth more value for customers' money, by fewer leaving"
        return self._row("value", words, np.concatenate(moved), np.tile(base, (len(moved), 1)))

    def levers(self) -> list[tuple[str, str, Levers]]:
        """Return each lever's name, what it is in words, and what it changes."""
        who = "ideal customers" if self.ideal.any() else "all who pay today"
        chosen = self.ideal if self.ideal.any() else None
        leaving = self._leaving()
        kept = "two points more of gross retention a year" if leaving else "nobody leaving any more"
        raised = Levers(price=1 + PRICE_RISE, chosen=chosen, leaves_by_price=LEAVES_BY_PRICE)
        return [
            ("retention", kept, Levers(leaving=leaving)),
            ("pricing", f"5 % more asked of {who}", raised),
            ("expansion", "customers growing a tenth more often", Levers(growing=MORE)),
            ("leads", "a tenth more customers won, by better leads", Levers(arrivals=MORE)),
        ]

    def _leaving(self) -> float:
        """Return the factor on leaving that keeps two points more of a year's revenue, by secant steps."""
        year = min(12, len(self.foresight.outlook.z))
        base = self._kept(1.0, year)
        wanted = POINTS_OF_GRR * year / 12
        factor = max(1 - wanted / max(1 - base, wanted), 0.0)
        for _ in range(_STEPS):
            gained = self._kept(factor, year) - base
            if factor == 0 or gained <= 0:
                break
            factor = max(1 - (1 - factor) * wanted / gained, 0.0)
        return factor

    def _kept(self, factor: float, months: int) -> float:
        return float(self.foresight.paths(months, Levers(leaving=factor)).gross[:, -1].mean())


def _referred(book: Book, panel: StoredPanel, level: float) -> Estimate:
    label = Label(unit="share", method="customers recommended ÷ customers who came in two years", level=level)
    tables = contract_tables(panel)
    rows = tables.rows("referrals")
    if not rows:
        return label.unknown("no_referrals", n=0)
    came = book.came_since(book.ledger.months - RECENT_MONTHS)
    if not came:
        return label.unknown("insufficient_customers", n=0)
    won = {row["lead_id"]: row["customer_id"] for row in tables.rows("leads") if row["customer_id"]}
    customers = {won.get(row["referred"], row["referred"]) for row in rows}
    recommended = {book.roots.get(each, each) for each in customers}
    count = len(recommended & set(came))
    return label.known(count / len(came), *mid_p(count, len(came), level), n=len(came))
