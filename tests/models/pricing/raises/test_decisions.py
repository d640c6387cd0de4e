"""Decisions of the past: what is refused, and what is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import InvalidInput
from models.pricing.raises.decisions import Decisions


def rows() -> Decisions:
    return Decisions(
        left=np.array([False, True, False]), given=np.array([0.0, 0.1, 0.2]), other=np.zeros((3, 0)),
        position=np.zeros((3, 1)), known=np.ones((3, 1)), customer=np.array([0, 0, 4]),
    )  # fmt: skip


def test_customers_who_were_given_a_raise_are_counted_once() -> None:
    assert rows().told == 2
    assert rows().only(np.array([True, False, False])).told == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"customer": np.array([1, 0, 4])}, "sorted by customer"),
        ({"customer": np.array([-1, 0, 4])}, "sorted by customer"),
        ({"given": np.array([0.0, np.nan, 0.2])}, "given must be finite"),
        ({"position": np.zeros((3, 0))}, r"position must be finite and of shape \(3, 1\)"),
        ({"position": np.zeros((3, 3))}, r"position must be finite and of shape \(3, 2\)"),
        ({"position": np.zeros(3)}, "position must be finite"),
        ({"known": np.ones((2, 1))}, r"known must be finite and of shape \(3, 1\)"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(changed: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        replace(rows(), **changed)
