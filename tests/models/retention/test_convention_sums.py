"""What customers add to the sums: the movements of a customer that left, came back, grew and shrank."""

from __future__ import annotations

import numpy as np

from models.retention.convention_sums import features_of, sums_of

WHO = np.array([[100, 0, 0], [0, 40, 0], [70, 60, 0], [90, 0, 30]])
"""One that left and came back smaller, one that joined and left, one that had left before and came back."""


def test_each_movement_is_told_apart() -> None:
    each = sums_of(features_of(WHO, np.array([False, False, True])).T, 3)

    assert each.new.tolist() == [0, 40, 0]
    assert each.reactivation.tolist() == [70, 0, 30]
    assert each.expansion.tolist() == [20, 20, 0]
    assert each.churn.tolist() == [100, 60, 0]
    assert each.base_losses.tolist() == [100, 0, 0]
    assert each.unbroken.tolist() == [0, 0, 0]
    assert each.step_kept.tolist() == [[0, 0, 70], [0, 40, 0], [0, 0, 0]]
