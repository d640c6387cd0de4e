"""Trends before raises: leads as dummies give them, found where they are, and silent where nothing can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.raises.roll_out import NEVER, RollOut
from models.pricing.raises.trends import before_raises
from models.pricing.raises.two_way import TwoWay

SINCE = np.repeat([5, 8, NEVER], 20)


def leads_of(outcome: np.ndarray, since: np.ndarray = SINCE, most: int = 3):
    panel = RollOut(outcome, since)
    return before_raises(panel, TwoWay(panel.present & (panel.after < 0)), most)


def test_leads_are_those_of_a_regression_on_dummies() -> None:
    rng = np.random.default_rng(3)
    outcome = rng.normal(size=(60, 10))
    outcome[rng.random((60, 10)) < 0.1] = np.nan
    after = np.arange(10) - SINCE[:, None]
    who, at = np.nonzero(np.isfinite(outcome) & (after < 0))
    columns = np.hstack([
        after[who, at][:, None] == np.arange(-3, 0), who[:, None] == np.arange(60), at[:, None] == np.arange(10),
    ])  # fmt: skip

    slow = np.linalg.lstsq(columns.astype(float), outcome[who, at], rcond=None)[0]

    assert leads_of(outcome).path.value == pytest.approx(slow[:3])


def test_what_comes_after_a_raise_does_not_move_the_leads() -> None:
    outcome = np.random.default_rng(4).normal(size=(60, 10))
    raised = np.where(np.arange(10) >= SINCE[:, None], outcome + 50, outcome)

    assert leads_of(raised).path.value == pytest.approx(leads_of(outcome).path.value)
    assert leads_of(raised).chance == pytest.approx(leads_of(outcome).chance)


def test_customers_who_went_up_before_their_raise_are_found() -> None:
    rng = np.random.default_rng(5)
    calm = rng.normal(0, 0.1, (60, 10))
    before = (np.arange(10) - SINCE[:, None] == -1) * 0.3

    found = leads_of(calm + before)

    assert found.chance < 1e-6
    assert found.path.value[-1] == pytest.approx(0.3, abs=0.1)
    assert leads_of(calm).chance > 0.01


def test_as_many_months_are_compared_as_can_be_told_apart() -> None:
    """Those raised in month 3 have three months before it, and one must be what others are compared with."""
    outcome = np.random.default_rng(6).normal(size=(40, 8))

    assert leads_of(outcome, np.repeat([3, NEVER], 20), 6).path.month.tolist() == [-2, -1]


def test_without_months_to_compare_nothing_is_said() -> None:
    found = leads_of(np.random.default_rng(7).normal(size=(40, 8)), np.repeat([1, NEVER], 20))

    assert found.path.month.size == 0
    assert np.isnan(found.chance)


def test_bills_that_never_move_before_raises_have_no_trend() -> None:
    """Without noise leads are what sums round off, and so are their errors."""
    bills = np.log(np.random.default_rng(8).lognormal(6, 1, (60, 1)).round(2)) + np.zeros(10)
    bills[np.random.default_rng(9).random((60, 10)) < 0.1] = np.nan

    assert leads_of(bills).chance == 1.0


def test_bills_that_all_move_alike_before_a_raise_are_surely_a_trend() -> None:
    bills = np.random.default_rng(10).normal(size=(60, 1)) + 0.2 * (np.arange(10) - SINCE[:, None] == -1)

    assert leads_of(bills).chance == 0.0
