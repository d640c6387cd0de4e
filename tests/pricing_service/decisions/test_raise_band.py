"""Where data do not tell the answer to a raise, a band stands in place of a plan, and the wave that would tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from models.pricing.raises.density import THETA_LOG_SD, THETA_MEDIAN
from models.pricing.raises.response import LEARNT
from pricing_service.decisions._raise_band import band, without_response, would_tell
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.raising_business import TERMS


@pytest.fixture(scope="module")
def study(never_raised: StoredPanel) -> RaiseStudy:
    return RaiseStudy.of(never_raised, TERMS)


def test_no_plan_is_given_and_every_null_has_its_reason(study: RaiseStudy):
    told = without_response(study)

    assert told["policy"] == told["beside"] == {}
    expected = told["expected"]
    assert expected["reasons"] == {"chance_of_gain": "not_identified"}
    for name in ("lifetime_value_change", "churn_change", "revenue_churn_change", "mrr_change"):
        assert expected[name]["value"] is None
        assert expected[name]["reason"] == "not_identified"
        assert expected[name]["unit"]


def test_a_band_has_two_ends_and_no_point(study: RaiseStudy):
    rows = band(study)

    assert [row["raise"] for row in rows] == study.terms.levels[1:].tolist()
    for row in rows:
        assert set(row["lifetime_value_change"]) == set(row["churn_change"]) == {"low", "high"}
        assert row["lifetime_value_change"]["low"] < row["lifetime_value_change"]["high"]
        assert 0 <= row["churn_change"]["low"] < row["churn_change"]["high"] <= 1


def test_a_higher_raise_may_lose_more_and_break_even_rises(study: RaiseStudy):
    rows = band(study)

    assert (np.diff([row["churn_change"]["high"] for row in rows]) > 0).all()
    assert (np.diff([row["break_even_churn"] for row in rows]) > 0).all()


def test_a_wider_level_widens_the_band(study: RaiseStudy):
    narrow = band(replace(study, terms=replace(TERMS, level=0.5)))

    for inner, outer in zip(narrow, band(study), strict=True):
        assert outer["churn_change"]["low"] < inner["churn_change"]["low"]
        assert inner["churn_change"]["high"] < outer["churn_change"]["high"]


def test_only_customers_whose_value_allows_it_are_in_the_band(study: RaiseStudy):
    may = int(study.allowed[:, 1:].any(axis=1).sum())

    assert {row["customers"] for row in band(study)} == {may}


def test_a_wave_by_lot_of_so_many_would_tell(study: RaiseStudy):
    wave = would_tell(study)

    assert wave["assignment"] == "randomised"
    assert wave["customers"] > 20
    assert wave["customers_there"] == len(study.customers.ids)


def test_a_wave_of_that_size_tells_as_much_as_a_plan_needs(study: RaiseStudy):
    """Information on log θ in a logit with an unknown level, half of the customers raised, by its two-by-two matrix."""
    wave = would_tell(study)
    stays = 1 - study.told.gone[:, :, 0].mean()
    odds = special.logit(1 - stays ** (1 / 12))
    push = THETA_MEDIAN * wave["raise"]
    rows = np.array([[1, 0], [1, push]])
    p = special.expit(odds + rows[:, 1])
    matrix = (rows * (p * (1 - p))[:, None]).T @ rows * 0.5 * wave["customers"] * wave["months"]

    told = 1 / np.linalg.inv(matrix)[1, 1]
    assert (told + THETA_LOG_SD**-2) ** -0.5 == pytest.approx(LEARNT * THETA_LOG_SD, rel=0.1)


def test_where_fewer_leave_more_customers_are_needed(study: RaiseStudy):
    loyal = replace(study, rows=replace(study.rows, past=_fewer_left(study)))

    assert would_tell(loyal)["customers"] > 2 * would_tell(study)["customers"]


def _fewer_left(study: RaiseStudy):
    left = study.rows.past.left.copy()
    left[np.flatnonzero(left)[10:]] = False
    return replace(study.rows.past, left=left)
