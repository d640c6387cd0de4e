"""Roll-outs of raises: what fits together, months since a raise, and intervals of a path."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.pricing.raises.roll_out import NEVER, Path, RollOut


def test_months_since_a_raise_are_counted_from_its_first_month() -> None:
    panel = RollOut(np.zeros((3, 4)), np.array([2, -1, NEVER]))

    assert panel.after[:2].tolist() == [[-2, -1, 0, 1], [1, 2, 3, 4]]
    assert (panel.after[2] < 0).all()


@pytest.mark.parametrize(
    ("outcome", "since"),
    [
        (np.zeros(3), np.zeros(3, int)),
        (np.zeros((2, 3)), np.zeros(3, int)),
        (np.full((1, 2), np.inf), np.zeros(1, int)),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_and_infinite_outcomes_are_refused(
    outcome: np.ndarray, since: np.ndarray
) -> None:
    with pytest.raises(InvalidInput):
        RollOut(outcome, since)


def test_few_customers_make_an_interval_wider_at_the_same_error() -> None:
    low, high = Path(np.array([0, 1]), np.zeros(2), np.ones(2), np.array([5, 500])).ends(0.9)

    assert high == pytest.approx([2.1318, 1.6479], abs=1e-3)
    assert low == pytest.approx(-high)
