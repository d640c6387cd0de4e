"""Rows to seek a menu on: every customer equally often, and draws by what share of the best they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from models.checks import Floats
from models.pricing.tiers.posterior_rows import most_by_one_price, posterior_rows


def people(draws: int = 16, customers: int = 30, seed: int = 0) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    rich = np.exp(rng.normal(0, 0.5, (draws, 1)))
    return rich * np.exp(rng.normal(0, 0.5, (draws, customers))), np.exp(rng.normal(2, 0.8, customers))


def test_one_price_earns_no_more_at_any_price_that_somebody_would_just_pay() -> None:
    pays, units = people()

    slow = [max(price * units[each >= price].sum() for price in each) for each in pays]

    np.testing.assert_allclose(most_by_one_price(pays, units), slow)


@pytest.mark.parametrize("rows", [1, 7, 30, 800])
def test_customers_come_equally_often(rows: int) -> None:
    pays, units = people()

    draw, customer = posterior_rows(pays, units, rows=rows, seed=1)

    assert draw.shape == customer.shape == (rows,)
    counts = np.bincount(customer, minlength=units.size)
    assert counts.max() - counts.min() <= 1


def test_a_draw_in_which_twice_as_much_could_be_earned_comes_half_as_often() -> None:
    pays = np.array([[2.0, 2.0], [1.0, 1.0], [4.0, 4.0]])

    draw, _ = posterior_rows(pays, np.ones(2), rows=700, seed=1)

    assert np.bincount(draw).tolist() == [200, 400, 100]


def test_who_is_in_which_draw_is_left_to_chance() -> None:
    pays, units = people(draws=2)

    draw, customer = posterior_rows(pays, units, rows=3_000, seed=1)

    share = [(draw[customer == each] == 0).mean() for each in range(units.size)]
    assert np.std(share) < 0.1
    assert 0 < min(share) < max(share) < 1


def test_neither_the_currency_nor_the_unit_nor_the_seed_of_another_run_matters() -> None:
    pays, units = people()
    one = posterior_rows(pays, units, rows=200, seed=3)

    for other in (
        posterior_rows(100 * pays, units, rows=200, seed=3),
        posterior_rows(pays / 12, 12 * units, rows=200, seed=3),
    ):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, posterior_rows(pays, units, rows=200, seed=4))
