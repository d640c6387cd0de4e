"""Levels must stand as people think of them, whatever order they come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.levels import in_order

ORDERS = [
    ["≤ 5", "5 – 41", "41 – 83.3", "> 83.3"],
    ["small", "middle", "large"],
    ["Benelux", "DACH", "Nordics"],
    ["1-9", "10-49", "50-249"],
    ["< -3", "-3 – 2", "≥ 2"],
]


@pytest.mark.parametrize("order", ORDERS)
@given(st.data())
def test_every_shuffle_comes_back_in_order(order, data):
    assert in_order(data.draw(st.permutations(order)), level=str) == order
