"""Unit and month effects on panels with gaps: as dummies give them, and known only where months are tied."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.raises.two_way import TwoWay


def by_dummies(cells: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Fitted values (n, T) of a regression on a column for every unit and month."""
    n, months = cells.shape
    who, at = np.nonzero(cells)
    columns = np.hstack([who[:, None] == np.arange(n), at[:, None] == np.arange(months)]).astype(float)
    fitted = np.linalg.lstsq(columns, values[cells], rcond=None)[0]
    return fitted[:n, None] + fitted[n:]


def test_effects_are_those_of_a_regression_on_dummies() -> None:
    rng = np.random.default_rng(1)
    cells = rng.random((12, 7)) < 0.7
    values = rng.normal(size=(12, 7))

    unit, month = TwoWay(cells).effects(values)

    assert (unit[:, None] + month)[cells] == pytest.approx(by_dummies(cells, values)[cells])


def test_residuals_sum_to_nothing_by_unit_and_by_month() -> None:
    rng = np.random.default_rng(2)
    left = TwoWay(rng.random((30, 9)) < 0.6).residual(rng.normal(size=(30, 9)))

    assert np.abs(left.sum(axis=0)).max() < 1e-10
    assert np.abs(left.sum(axis=1)).max() < 1e-10


def test_values_of_cells_that_do_not_count_are_not_looked_at() -> None:
    cells = np.array([[True, True], [True, False]])

    unit, month = TwoWay(cells).effects(np.array([[1.0, 2.0], [5.0, np.nan]]))

    assert unit[1] + month[1] == pytest.approx(6.0)


def test_months_that_no_unit_ties_together_tell_nothing_of_each_other() -> None:
    cells = np.zeros((3, 5), dtype=bool)
    cells[0, :2] = cells[1, 2:4] = True

    known = TwoWay(cells).tied

    assert known.tolist() == [
        [True, True, False, False, False],
        [False, False, True, True, False],
        [False] * 5,
    ]


def test_panels_in_two_parts_are_fitted_each_by_itself() -> None:
    cells = np.zeros((4, 4), dtype=bool)
    cells[:2, :2] = cells[2:, 2:] = True
    values = np.add.outer(np.array([1.0, 2.0, 30.0, 40.0]), np.arange(4.0))

    assert np.abs(TwoWay(cells).residual(values)).max() < 1e-10
