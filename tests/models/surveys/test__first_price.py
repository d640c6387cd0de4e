"""Two demand curves of one survey: where they are apart, and where they meet."""

from __future__ import annotations

import numpy as np

from models.censored.averaging import average
from models.surveys._base import Demand
from models.surveys._first_price import FirstPrice
from tests.models.censored.answers import scattered

PRICE = np.arange(1.0, 8.0)


def demand(share: list[float]) -> Demand:
    middle = np.array(share)
    return Demand(price=PRICE, share=middle, low=middle - 0.05, high=middle + 0.05)


def two(share: list[float], as_answered: list[float]) -> FirstPrice:
    return FirstPrice(
        average=average(scattered(0, 60)), demand=demand(share), as_answered=demand(as_answered), highest=4.0
    )


def test_curves_whose_bands_meet_everywhere_are_one_demand() -> None:
    assert two([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], [0.95, 0.8, 0.7, 0.6, 0.45, 0.35, 0.3]).apart is None


def test_curves_that_cross_are_apart_on_the_longer_side_only() -> None:
    found = two([0.6, 0.6, 0.6, 0.5, 0.5, 0.5, 0.5], [0.9, 0.8, 0.6, 0.5, 0.3, 0.2, 0.1]).apart

    assert found is not None
    assert found.price.tolist() == [5, 6, 7]
    assert found.share.tolist() == [0.3, 0.2, 0.1]
