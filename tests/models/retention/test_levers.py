"""A price that rises for some: who pays it, who leaves for it, and that a lower one drives nobody away."""

from __future__ import annotations

import numpy as np

from models.retention.levers import AS_BEFORE, Levers, repriced

STATE = np.full((1000, 2), 100.0)


def asked(levers: Levers) -> np.ndarray:
    return repriced(STATE, levers, np.random.default_rng(0))


def test_nothing_changed_is_nothing_moved() -> None:
    assert asked(AS_BEFORE) is STATE


def test_only_those_who_are_chosen_pay_more() -> None:
    paid = asked(Levers(price=1.2, chosen=np.array([True, False]), leaves_by_price=(0.0, 0.0)))

    assert np.allclose(paid[:, 0], 120)
    assert (paid[:, 1] == 100).all()


def test_how_many_leave_for_it_is_as_unsure_as_it_is_said_to_be() -> None:
    paid = asked(Levers(price=1.2, leaves_by_price=(0.0, 0.5)))

    assert paid.min() >= 120 * 0.9
    assert paid.max() <= 120
    assert abs(paid.mean() - 120 * 0.95) < 0.5


def test_a_lower_price_drives_nobody_away() -> None:
    assert np.allclose(asked(Levers(price=0.9)), 90)
