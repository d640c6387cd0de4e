"""Contacts of one customer are one cluster; a respondent without a customer stands alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clusters import clusters_of, codes

names = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(names, st.none() | names), min_size=1, max_size=20))
def test_two_rows_are_together_where_the_customer_or_else_the_respondent_is_the_same(rows):
    found = clusters_of(*zip(*rows, strict=True))

    for one, (respondent, customer) in zip(found, rows, strict=True):
        for other, (colleague, its) in zip(found, rows, strict=True):
            same = customer == its if customer is not None else its is None and respondent == colleague
            assert (one == other) == same


def test_a_customer_and_a_respondent_of_one_name_are_two():
    assert clusters_of(["acme", "ann"], [None, "acme"]).tolist() == [0, 1]


@given(st.lists(st.integers(), min_size=1))
def test_codes_count_from_zero_in_the_order_of_appearance(keys):
    found = codes(keys)

    assert np.array(list(dict.fromkeys(keys)))[found].tolist() == keys


def test_lists_of_different_lengths_are_no_rows():
    with pytest.raises(ValueError, match="zip"):
        clusters_of(["a"], [])
