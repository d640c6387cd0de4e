"""Customers who go down instead of leaving: no more than are there, and none where there is no smaller plan."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.raises.downgrades import below, lower_share


def test_each_who_is_driven_away_takes_their_share_down():
    share = lower_share(np.array([[[0.8, 0.7]]]), np.array([0.5]))

    assert share[0, 0] == pytest.approx([0.0, 0.05])


def test_no_more_go_down_than_are_there():
    share = lower_share(np.array([[[0.9, 0.3]]]), np.array([5.0]))

    assert share[0, 0] == pytest.approx([0.0, 0.3])


def test_without_a_smaller_plan_nobody_pays_less():
    assert below(np.array([100.0]), np.array([np.nan]), np.zeros((1, 1, 1))).tolist() == [[[0.0]]]


def test_who_is_down_pays_a_part_of_the_bill_before_the_raise():
    assert below(np.array([100.0]), np.array([0.6]), np.full((1, 1, 1), 0.1))[0, 0, 0] == pytest.approx(50)
