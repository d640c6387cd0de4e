"""Leans: known covariances recovered, intervals that cover, and what stands where nobody told any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.willingness.all_evidence import all_evidence
from models.willingness.sources import WillingnessSource, WorthSource
from models.willingness.units_lean import USUAL_LEAN, belief_of, lean_of, pooled, through_worth

UNITS_SD = 0.8


def customers(seed: int, n: int, *, lean: float) -> tuple[np.ndarray, np.ndarray]:
    """Prices and units whose logs have the covariance `lean`; prices spread by a half."""
    rng = np.random.default_rng(seed)
    log_units = UNITS_SD * rng.standard_normal(n)
    rest = np.sqrt(0.5**2 - (lean / UNITS_SD) ** 2) * rng.standard_normal(n)
    return np.exp(2 + lean / UNITS_SD**2 * log_units + rest), np.exp(3 + log_units)


def said(value: float, reach: float) -> Estimate:
    return Estimate(value=value, low=value - reach, high=value + reach, level=0.9, n=40, unit="log²")


@pytest.mark.parametrize("lean", [-0.3, 0.0, 0.2])
def test_the_covariance_of_the_logs_is_found_and_its_intervals_cover(lean):
    found = [lean_of(*customers(seed, 120, lean=lean)) for seed in range(400)]

    assert np.mean([each.value for each in found]) == pytest.approx(lean, abs=0.01)
    assert 0.85 <= np.mean([each.low <= lean <= each.high for each in found]) <= 0.94


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_neither_the_currency_nor_the_size_of_a_unit_moves_the_lean(rate, size):
    price, units = customers(1, 60, lean=-0.2)

    there, here = lean_of(price * rate, units * size), lean_of(price, units)

    assert there.value == pytest.approx(here.value, abs=1e-9)
    assert there.high == pytest.approx(here.high, abs=1e-9)


def test_customers_without_a_price_or_without_units_do_not_count_and_few_say_nothing():
    price, units = customers(1, 12, lean=-0.2)
    price[0], units[1] = np.nan, 0.0

    assert lean_of(price, units).n == 10
    assert lean_of(price[:11], units[:11]) is None


def test_sources_are_weighed_by_precision_with_what_is_usual():
    alone, together = pooled([], level=0.9), pooled([said(-0.3, 0.1), said(-0.1, 0.1)], level=0.9)

    assert alone.value == USUAL_LEAN.mean
    assert alone.high == pytest.approx(1.645 * USUAL_LEAN.sd, rel=1e-3)
    assert -0.2 < together.value < -0.19
    assert together.high - together.low < 0.2 / np.sqrt(2)
    assert together.n == 80


def test_worth_says_less_of_the_lean_than_it_knows():
    sure = said(-0.3, 0.001)

    assert through_worth(sure).value == pytest.approx(-0.3)
    assert through_worth(sure).high - through_worth(sure).low == pytest.approx(2 * 1.645 * 0.1, rel=1e-2)


def test_a_lean_is_read_back_as_it_was_told_and_an_unknown_one_is_refused():
    told = belief_of(said(-0.2, 0.1645))

    assert (told.mean, told.sd) == (-0.2, pytest.approx(0.1, rel=1e-3))
    with pytest.raises(InvalidInput, match="known"):
        belief_of(Label(unit="log²").unknown("insufficient_customers", n=3))


def test_all_evidence_tells_the_lean_by_worth_and_willingness():
    price = Estimate(value=4.0, low=3.5, high=4.6, level=0.9, n=50, unit="EUR/seat")
    worth = WorthSource(source="outcomes", estimate=price.scaled(9.0), lean=said(-0.3, 0.05))
    quotes = WillingnessSource(source="quotes", estimate=price, anchored=True, lean=said(-0.1, 0.05))

    of_worth, of_both = (
        all_evidence([worth], willingness, unit="EUR/seat").lean for willingness in ([], [quotes])
    )

    assert -0.3 < of_worth.value < -0.2
    assert of_both.value == pytest.approx(-0.12, abs=0.02)
