"""Blocks share out what is sold: nothing twice, nothing lost."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.pricing.rating.blocks import units_by_block

counts = st.integers(0, 10**12)


@given(
    st.lists(st.tuples(counts, counts), min_size=1, max_size=5), st.sets(st.integers(1, 10**12), max_size=4)
)
def test_blocks_add_up_to_the_units_above_those_included(pairs, starts):
    units, included = np.array(pairs).T

    sold = units_by_block(units, included, np.array([0, *sorted(starts)]))

    assert (sold >= 0).all()
    assert sold.sum(axis=0).tolist() == np.maximum(units - included, 0).tolist()


def test_a_block_below_the_included_units_sells_nothing():
    sold = units_by_block(np.array([500]), np.array([200]), np.array([0, 100, 300]))

    assert sold[:, 0].tolist() == [0, 100, 200]
