"""Histories are counted once, keep their customers, and cannot say what no customer can have done."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput, NotEstimable
from models.purchases.histories import Histories


def test_equal_histories_are_held_once_and_every_customer_finds_its_own():
    found = Histories.of_customers([3, 0, 3, 0], [5, 0, 5, 0], [9, 9, 9, 7])

    assert found.bought.size == 3
    np.testing.assert_array_equal(found.bought[found.place], [3, 0, 3, 0])
    np.testing.assert_array_equal(found.watched[found.place], [9, 9, 9, 7])
    assert found.customers.sum() == 4


@pytest.mark.parametrize(
    ("bought", "latest", "watched"), [([1], [5], [4]), ([0], [2], [4]), ([0.5], [2], [4]), ([-1], [0], [4])]
)
def test_impossible_histories_are_refused(bought, latest, watched):
    with pytest.raises(InvalidInput):
        Histories.of_customers(bought, latest, watched)


def test_customers_who_all_came_today_tell_nothing():
    with pytest.raises(NotEstimable, match="no customer has been seen"):
        Histories.of_customers([0, 0], [0, 0], [0, 0])
