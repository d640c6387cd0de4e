"""Arrays are checked once, with messages that say where the fault is."""

from __future__ import annotations

import numpy as np
import pytest

from models.checks import share, vector
from models.errors import InvalidInput


def test_a_list_of_numbers_becomes_a_vector_of_floats():
    checked = vector("units", [1, 2, 3], n=3, low=0)

    assert checked.dtype == np.float64
    assert checked.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("values", "bounds", "message"),
    [
        ([[1.0]], {}, r"units must have one dimension, got shape \(1, 1\)"),
        ([1.0, 2.0], {"n": 3}, "units must have 3 entries, one per customer, got 2"),
        ([1.0, np.nan], {}, "units must be finite, got nan at position 1"),
        ([np.inf, 1.0], {"low": 0}, "units must be finite and ≥ 0, got inf at position 0"),
        ([1.0, 0.0, -2.0], {"low": 0}, "units must be finite and ≥ 0, got -2.0 at position 2"),
    ],
)
def test_a_fault_is_named_with_its_place(values, bounds, message):
    with pytest.raises(InvalidInput, match=message):
        vector("units", values, **bounds)


def test_an_empty_vector_has_no_faults():
    assert vector("units", []).size == 0


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 90.0, np.nan])
def test_a_share_lies_strictly_between_nothing_and_all(value):
    with pytest.raises(InvalidInput, match="level must be a share between 0 and 1"):
        share("level", value)


def test_a_share_is_returned_as_it_came():
    assert share("level", 0.9) == 0.9
