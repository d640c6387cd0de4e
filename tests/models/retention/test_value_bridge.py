"""The bridge of value closes to the unit whatever is unknown, and the captured share is covered at its level."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.retention.value_bridge import captured, value_bridge


def business(seed: int, n: int = 200) -> tuple[np.ndarray, ...]:
    """Customers who come, leave, gain and lose; of one in five a value is unknown."""
    rng = np.random.default_rng(seed)
    then = np.rint(rng.lognormal(8, 1, n))
    now = np.rint(then * rng.lognormal(0.1, 0.3, n)) - (rng.random(n) < 0.1) * 2 * then
    paid = np.rint(rng.lognormal(6, 1, n)).astype(np.int64) * (rng.random(n) < 0.8)
    pays = np.rint(rng.lognormal(6, 1, n)).astype(np.int64) * (rng.random(n) < 0.8)
    unknown = rng.random((2, n)) < 0.2
    return np.where(unknown[0], np.nan, then), np.where(unknown[1], np.nan, now), paid, pays


@pytest.mark.parametrize("seed", range(20))
def test_the_bridge_closes_to_the_unit(seed: int):
    b = value_bridge(*business(seed))
    moved = b.new - b.lost + b.grown - b.shrunk + b.now_known - b.no_longer_known

    assert b.opening + moved == b.closing
    assert min(b.grown, b.shrunk) > 0


def test_mrr_is_told_beside_the_customers_whose_value_grew_and_the_others():
    then, now, paid, pays = business(3)
    b = value_bridge(then, now, paid, pays)
    known = (paid > 0) & (pays > 0) & np.isfinite(then) & np.isfinite(now)

    assert b.mrr_where_grown + b.mrr_where_shrunk == (pays - paid)[known].sum()
    assert b.retained == known.sum()


def test_the_captured_share_is_covered_at_its_level():
    held = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        then = rng.lognormal(8, 1, 80)
        added = then * rng.normal(0.15, 0.3, 80)
        paid = np.rint(0.2 * then).astype(np.int64) + 10_000
        pays = paid + np.rint(0.25 * added + rng.normal(0, 0.05, 80) * then).astype(np.int64)
        share = captured(then, then + added, paid, pays)
        held.append(share.value is None or share.low <= 0.25 <= share.high)

    assert 0.84 <= np.mean(held) <= 0.97


def test_where_value_did_not_grow_there_is_no_share_of_it():
    then, paid = np.full(40, 100.0), np.full(40, 10)

    assert captured(then, then - 5, paid, paid).reason == "no_value_added"
    assert captured(then[:5], then[:5] + 5, paid[:5], paid[:5]).reason == "insufficient_customers"


def test_where_value_may_not_have_grown_the_share_is_unbounded():
    then, paid = np.full(40, 100.0), np.full(40, 10)
    now = then + np.where(np.arange(40) % 2, 51.0, -50.0)

    assert captured(then, now, paid, paid + 1).reason == "interval_unbounded"


def test_values_of_other_customers_are_refused():
    with pytest.raises(InvalidInput, match="same customers"):
        value_bridge([1.0], [1.0, 2.0], np.array([1]), np.array([1]))
