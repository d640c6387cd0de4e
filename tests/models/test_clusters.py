"""Contacts of one customer are one cluster; a respondent without a customer stands alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clusters import clusters_of, codes, effective, require_effective
from models.errors import NotEstimable

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


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_codes_count_from_zero_in_the_order_of_appearance(keys):
    found = codes(keys)

    assert np.array(list(dict.fromkeys(keys)))[found].tolist() == keys


def test_lists_of_different_lengths_are_no_rows():
    with pytest.raises(ValueError, match="zip"):
        clusters_of(["a"], [])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20), st.data())
def test_effective_clusters_are_as_many_as_there_are_only_where_weights_are_equal(cluster, data):
    weight = np.array(data.draw(st.lists(st.floats(0.1, 100), min_size=len(cluster), max_size=len(cluster))))
    cluster = np.array(codes(cluster))

    found = effective(weight, cluster)

    assert 1 - 1e-9 <= found <= cluster.max() + 1 + 1e-9
    assert effective(7 * weight, cluster) == pytest.approx(found)
    equal = weight / np.bincount(cluster, weight)[cluster]
    assert effective(equal, cluster) == pytest.approx(cluster.max() + 1)


def test_one_weight_among_many_is_refused_and_the_message_counts_who_has_weight():
    weight, alone = np.array([30.0, 1, 1, 1, 0]), np.arange(5)

    with pytest.raises(NotEstimable, match=r"1\.2 of 4 customers") as refusal:
        require_effective(weight, alone, least=3)

    assert refusal.value.reason == "weights_too_unequal"
    require_effective(np.ones(5), alone, least=5)
