"""Renewals counted from curves, counts and customers of all ages: the same book however it is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.retention.renewal_counts import RenewalCounts


@given(st.integers(0, 10_000), st.booleans())
def test_counts_and_customers_tell_the_same(seed, late):
    rng = np.random.default_rng(seed)
    reached = rng.integers(1, 8, 50)
    entry = rng.integers(0, reached) if late else np.zeros(50, dtype=int)
    left = rng.random(50) < 0.5

    by_customer = RenewalCounts.of_customers(reached, left, entry=entry)
    by_count = RenewalCounts.of_counts(
        np.bincount(reached[left], minlength=8)[1:],
        np.bincount(reached[~left], minlength=8),
        entered=np.bincount(entry, minlength=8),
    )

    seen = by_customer.up.size
    assert by_count.up[:seen].tolist() == by_customer.up.tolist()
    assert by_count.left[:seen].tolist() == by_customer.left.tolist()
    assert not by_count.up[seen:].any()
    assert by_count.customers == by_customer.customers


def test_a_cohorts_curve_is_its_customers_counted():
    curve = RenewalCounts.of_curve([10, 7, 7, 4])

    counted = RenewalCounts.of_counts([3, 0, 3], [0, 0, 0, 4])

    assert curve.up.tolist() == counted.up.tolist() == [10, 7, 7]
    assert curve.left.tolist() == counted.left.tolist() == [3, 0, 3]


def test_cohorts_of_different_ages_add_up():
    book = RenewalCounts.of_curve([10, 7, 6]) + RenewalCounts.of_curve([20, 15])

    assert book.up.tolist() == [30.0, 7.0]
    assert book.left.tolist() == [8.0, 1.0]
    assert book.customers == 30


def test_who_has_not_been_up_for_renewal_does_not_count():
    assert RenewalCounts.of_counts([2.0], [5.0, 8.0]).customers == 10
    with pytest.raises(NotEstimable) as refusal:
        RenewalCounts.of_counts([0.0], [5.0, 0.0])
    assert refusal.value.reason == "no_renewals"


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(InvalidInput, match="never rise"):
        RenewalCounts.of_curve([10, 11])
    with pytest.raises(InvalidInput, match="no more customers left than"):
        RenewalCounts(np.array([3.0]), np.array([4.0]), 3)
    with pytest.raises(InvalidInput, match="4 customers entered, but 5"):
        RenewalCounts.of_counts([2.0], [0.0, 3.0], entered=[4.0, 0.0])
    with pytest.raises(InvalidInput, match="≥ 0"):
        RenewalCounts.of_counts([2.0, 0.0], [0.0, 0.0, 1.0], entered=[0.0, 0.0, 3.0])
