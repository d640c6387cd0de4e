"""Today's plans at other prices: the step that gains with the probability from which a change is advised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.checks import Floats
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_repricing import STEPS, SURE, advised, earned_at, reprice
from tests.pricing_service.decisions import tier_book


def book(pays: Floats, bill: float = 10.0) -> TierCustomers:
    """Return customers of one unit a month."""
    return tier_book.book(pays, bill=bill, units=1.0)


def test_a_price_that_all_would_surely_pay_is_asked_to_the_percent() -> None:
    found = reprice(book(np.full((8, 5), 12.0)), unit_cost=0.0)

    assert found.factor == 1.2
    assert found.probability_better == 1.0
    np.testing.assert_allclose(found.earns, 60.0)
    np.testing.assert_allclose(found.earns_today, 50.0)


@pytest.mark.parametrize(("pays", "factor"), [(40.0, STEPS[-1]), (8.0, 0.8), (1.0, 1.0)])
def test_a_step_goes_up_or_down_and_never_beyond_what_is_tried(pays: float, factor: float) -> None:
    assert reprice(book(np.full((8, 5), pays)), unit_cost=0.0).factor == factor


@pytest.mark.parametrize(("share", "factor"), [(SURE - 0.01, 1.0), (SURE + 0.01, 1.2)])
def test_a_step_must_gain_in_enough_draws(share: float, factor: float) -> None:
    draws = 400
    pays = np.where(np.arange(draws) < share * draws, 12.0, 10.0)[:, None] * np.ones(5)

    found = reprice(book(pays), unit_cost=0.0)

    assert found.factor == factor
    assert found.probability_better == (0.0 if factor == 1 else pytest.approx(share))


@pytest.mark.parametrize(("leaving", "factor"), [(36, 1.2), (38, 1.0)])
def test_a_step_that_does_not_gain_surely_may_put_two_percent_at_risk(leaving: int, factor: float) -> None:
    pays = np.full((40, 200), 12.0)
    pays[:8, :leaving] = 10.0  # in a fifth of the draws so many would not pay more than today

    assert reprice(book(pays), unit_cost=0.0).factor == factor


def test_of_changes_that_gain_surely_none_is_left_for_one_that_may_gain_more() -> None:
    today = np.full(40, 100.0)
    sure, daring = today + 1.0, np.where(np.arange(40) < 8, 99.5, 150.0)

    assert advised([daring, sure], today) == 1
    assert advised([daring], today) == 0
    assert advised([], today) is None


def test_a_few_customers_tell_less_surely_what_a_price_would_bring() -> None:
    rng = np.random.default_rng(2)

    def gain(q: int) -> Floats:
        pays = np.where(np.arange(q) % 4 == 0, 11.0, 30.0) * np.ones((400, q))
        few = replace(book(pays), stands_for=rng.standard_exponential((400, q)))
        return earned_at(1.3, few, unit_cost=0.0) / earned_at(1.0, few, unit_cost=0.0) - 1

    few, many = gain(20), gain(2000)
    assert few.mean() == pytest.approx(many.mean(), abs=0.02)
    assert few.std() > 5 * many.std() > 0


def test_what_units_cost_argues_for_fewer_customers_who_pay_more() -> None:
    pays = np.tile([10.4, 13.0], (8, 1))

    assert reprice(book(pays), unit_cost=0.0).factor == 1.04
    assert reprice(book(pays), unit_cost=9.0).factor == 1.3


def test_the_currency_does_not_matter() -> None:
    pays = 18 * np.exp(np.random.default_rng(0).normal(0, 0.4, (64, 50)))

    one, other = reprice(book(pays), unit_cost=1.0), reprice(book(100 * pays, bill=1000.0), unit_cost=100.0)

    assert one.factor == other.factor != 1
    np.testing.assert_allclose(100 * one.earns, other.earns)


def test_nobody_pays_today_nothing_is_changed() -> None:
    nobody = book(np.full((8, 5), 12.0)).only(np.zeros(5, dtype=np.bool_))

    assert reprice(nobody, unit_cost=0.0).factor == 1.0
