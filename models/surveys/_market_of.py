"""Products set against each other in front of the people of a conjoint: shares, money, and our best prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.checks import Floats
from models.choice.coding import NONE
from models.choice.market import Market
from models.choice.preferences import Preferences
from models.errors import InvalidInput
from models.resampling import estimate_from_quantiles
from models.surveys._base import Asked
from models.surveys._choices import ChoiceAnswers

_CANDIDATES = 61
_PEOPLE = 100
"""Money is told per so many people in the market."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product that people may choose.

    Parameters
    ----------
    name
        For people.
    price
        Money, ≥ 0.
    own
        Whether it is ours.
    unit_cost
        Of one of ours, money; None: the survey's own, else nothing.
    attributes
        Pairs of attribute and level or number; what is left out is that of the typical product shown.
    """

    name: str
    price: float
    own: bool = False
    unit_cost: float | None = None
    attributes: tuple[tuple[str, float | str], ...] = ()


def market_of(
    products: Sequence[Product], *, people: Preferences, answers: ChoiceAnswers, asked: Asked
) -> dict[str, Any]:
    """Return what each product would sell against the others and against buying nothing, JSON-ready.

    Raises
    ------
    InvalidInput
        If none is ours, or an attribute or level was never shown; the message names those that were.
    """
    own = tuple(at for at, product in enumerate(products) if product.own)
    if not own:
        raise InvalidInput("products: at least one must be ours (own)")
    rows = [answers.coding.row_of(dict(product.attributes)) for product in products]
    offers = np.array(rows)
    offers[:, people.price] = [product.price for product in products]
    cost = np.array([_cost(product, asked) for product in products])
    if people.none is not None:
        nothing = (np.arange(offers.shape[1]) == people.none).astype(np.float64)
        offers, cost = np.vstack([offers, nothing]), np.append(cost, 0.0)
    market = Market(people=people, offers=offers, own=own, cost=cost)
    names = [product.name for product in products] + ([NONE] if people.none is not None else [])
    shares = market.shares(asked.label("conjoint: share against the others", unit="share"))
    today = offers[None, :, people.price]
    return {
        "shares": [
            {"name": name, "own": at in own, "share": share.to_json()}
            for at, (name, share) in enumerate(zip(names, shares, strict=True))
        ],
        "per_people": _PEOPLE,
        **{goal: _money(market, today, asked, profit=goal == "profit") for goal in ("revenue", "profit")},
        "best_prices": [
            {"name": products[at].name, **_best(market, at, answers.prices, asked)} for at in own
        ],
    }


def _cost(product: Product, asked: Asked) -> float:
    return product.unit_cost if product.unit_cost is not None else asked.unit_cost or 0.0


def _money(market: Market, prices: Floats, asked: Asked, *, profit: bool) -> dict[str, Any]:
    """Return what all our products earn per hundred people at the given prices."""
    label = asked.label(f"conjoint: {'profit' if profit else 'revenue'} per {_PEOPLE} people")
    people = market.people
    best, drawn = (
        _PEOPLE * market.gains(each, prices, profit=profit)[:, 0] for each in (people.best, people.drawn)
    )
    return estimate_from_quantiles(float(best[0]), drawn, n=people.clusters, label=label).to_json()


def _best(market: Market, at: int, shown: Floats, asked: Asked) -> dict[str, Any]:
    """Return one product's price that earns most over cost while all others stay, within the prices shown."""
    column = market.people.price
    grid = np.linspace(shown[0], shown[-1], _CANDIDATES)
    lists = np.tile(market.offers[:, column], (_CANDIDATES, 1))
    lists[:, at] = grid
    found = market.best(lists, asked.label("conjoint: profit per person at the best price"))
    tail = (1 - asked.level) / 2
    low, high = np.interp([tail, 1 - tail], np.cumsum(found.probability), grid)
    price = asked.label("conjoint: price of most profit while the others stay")
    return {
        "price": price.known(
            float(grid[found.place]), float(low), float(high), n=market.people.clusters
        ).to_json(),
        "probability_best": float(found.probability[found.place]),
        "profit": _scaled(found.gain.to_json()),
        "regret": _PEOPLE * found.regret,
    }


def _scaled(estimate: dict[str, Any]) -> dict[str, Any]:
    ends = {key: _PEOPLE * estimate[key] for key in ("value", "low", "high") if estimate[key] is not None}
    return estimate | ends
