"""Gabor-Granger: demand, median and best prices from ladders of any format."""

from __future__ import annotations

import numpy as np
import pytest

from models.surveys._base import Asked, Reading
from models.surveys.gabor_granger import GaborGranger, GaborGrangerAnswers
from tests.models.surveys.ladders import GOLDEN_MOST, GOLDEN_PRICES, full_ladder

ASKED = Asked(unit="EUR/seat", resamples=200)
LADDER = np.array([4.0, 7, 10, 14, 20, 30])


def read(answers: GaborGrangerAnswers, **asked: float) -> Reading:
    return GaborGranger().read(answers, Asked(unit="EUR/seat", resamples=200, **asked))


def log_normal(seed: int, n: int, *, median: float = 10.0, sd: float = 0.6) -> np.ndarray:
    return median * np.exp(sd * np.random.default_rng(seed).standard_normal(n))


def test_the_known_case_by_the_convention_of_prices_asked():
    reading = read(full_ladder(GOLDEN_MOST, GOLDEN_PRICES), unit_cost=15.0)
    rows = reading.details["asked_prices"]

    assert reading.details["convention"] == "prices_asked"
    np.testing.assert_array_equal(reading.demand.price, GOLDEN_PRICES)
    np.testing.assert_allclose(reading.demand.share, [1, 0.9, 0.7, 0.4, 0.2, 0.1], rtol=1e-12)
    assert [row["revenue"] for row in rows] == pytest.approx([10, 18, 21, 16, 10, 6], rel=1e-12)
    assert rows[2]["elasticity_to_next"] == pytest.approx((-0.3 / 0.55) / (10 / 35), rel=1e-12)
    assert reading.best_price["revenue"].value == 30
    assert reading.best_price["profit"].value == 30
    assert [rows[2]["profit"], rows[3]["profit"]] == pytest.approx([10.5, 10.0], rel=1e-12)


def test_a_higher_unit_cost_moves_the_known_case_to_its_next_price():
    reading = read(full_ladder(GOLDEN_MOST, GOLDEN_PRICES), unit_cost=20.0)
    rows = reading.details["asked_prices"]

    assert reading.best_price["profit"].value == 40
    assert [rows[2]["profit"], rows[3]["profit"]] == pytest.approx([7.0, 8.0], rel=1e-12)
