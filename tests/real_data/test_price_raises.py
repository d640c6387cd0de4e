"""Raises in published price lists, read by the product: how rare and how big, and how many came with new features."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pricing_service.decisions._raise_usual import PUBLIC
from pricing_service.price_book import PriceBook
from pricing_service.price_book.plans import Plan
from pricing_service.price_book.pricing2yaml import read_pricing

pytestmark = pytest.mark.real_data

WHOLE_SET = {"raised": 64 / 474, "median": 0.25}
"""Of all 37 companies, by others; half of them lie here."""


@dataclass(frozen=True)
class Step:
    """A paid plan from one yearly list to the next, of the same name, unit and currency."""

    company: str
    change: float
    gained_features: bool


@pytest.fixture(scope="module")
def steps(real_data: Path) -> list[Step]:
    lists: dict[str, list[PriceBook]] = {}
    for path in sorted((real_data / "saas_pricings" / "yaml").glob("*.yml")):
        company, _ = path.stem.rsplit("-", 1)
        lists.setdefault(company, []).append(read_pricing(path.read_text(encoding="utf-8"))[0])
    assert sum(map(len, lists.values())) == 125
    return [
        Step(
            company, float(after.price / before.price) - 1, included(later, after) > included(earlier, before)
        )
        for company, books in lists.items()
        for earlier, later in pairwise(books)
        if earlier.currency == later.currency
        for key, before in earlier.lines.items()
        if (after := later.lines.get(key)) is not None and after.unit == before.unit
        if before.price and after.price
    ]


def included(book: PriceBook, plan: Plan) -> int:
    """How many of the list's features a plan has."""
    return sum(plan.features.get(each.name, each.default) not in (False, None) for each in book.features)


def test_raises_are_as_rare_and_as_big_as_the_product_says(steps: list[Step]) -> None:
    changes = np.array([step.change for step in steps])
    raises = changes[changes > 0]

    assert (changes.size, raises.size, (changes < 0).sum()) == (PUBLIC.plans, PUBLIC.raised, 18)
    quartiles = [PUBLIC.low, PUBLIC.median, PUBLIC.high]
    assert np.quantile(raises, [0.25, 0.5, 0.75]).tolist() == pytest.approx(quartiles, abs=5e-4)
    assert PUBLIC.source.startswith(
        f"yearly price lists of {len({step.company for step in steps})} SaaS companies"
    )


def test_the_figures_of_the_whole_set_lie_within_what_companies_as_these_allow(steps: list[Step]) -> None:
    """Companies, not plans, are drawn anew: a company raises its plans together."""
    changes = np.array([step.change for step in steps])
    companies, code = np.unique([step.company for step in steps], return_inverse=True)
    plans = [np.flatnonzero(code == at) for at in range(companies.size)]
    rng = np.random.default_rng(0)
    told = {"raised": [], "median": []}
    for _ in range(1000):
        drawn = changes[np.concatenate([plans[at] for at in rng.integers(0, companies.size, companies.size)])]
        told["raised"].append((drawn > 0).mean())
        told["median"].append(np.median(drawn[drawn > 0]))

    for name, figure in WHOLE_SET.items():
        low, high = np.quantile(told[name], [0.05, 0.95])
        assert low < figure < high
        assert high - low < 0.25


def test_plans_that_gain_features_are_raised_more_often_and_still_seldom(steps: list[Step]) -> None:
    raised = np.array([step.change > 0 for step in steps])
    gained = np.array([step.gained_features for step in steps])

    assert (gained.sum(), (gained & raised).sum()) == (127, 24)
    assert ((~gained).sum(), (~gained & raised).sum()) == (131, 9)
