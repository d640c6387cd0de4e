"""Ledgers that tests share: the mini ledger that every convention reads differently, and ledgers drawn by lot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from models.retention.ledger import Ints, MrrLedger, Rows

MINI: Ints = np.array(
    [
        [100] * 13,
        [100] * 6 + [150] * 7,
        [200] * 4 + [120] * 9,
        [100] * 5 + [0] * 8,
        [100] * 3 + [0] * 5 + [100] * 5,
        [0] * 2 + [80] * 5 + [120] * 6,
        [0] * 2 + [60] * 7 + [0] * 4,
        [100] * 4 + [140] * 5 + [110] * 4,
    ],
    dtype=np.int64,
).T
"""Month-ends (13, 8) of eight customers."""


def ledger_of(month_ends: Ints, *, raised: Ints | None = None) -> MrrLedger:
    """Write month-ends (T, n) down as changes; `raised` (T, n) is the part that raises of price made."""
    months, customers = month_ends.shape
    changes = np.diff(month_ends, axis=0, prepend=0)
    return MrrLedger(
        customers,
        months,
        rows_of(changes),
        raises=rows_of(np.zeros_like(changes) if raised is None else raised),
    )


def rows_of(amounts: Ints) -> Rows:
    customer, month = np.nonzero(amounts.T)
    return Rows.of(customer, month, amounts[month, customer])


@st.composite
def month_ends(draw: st.DrawFn, *, months: int = 14, most: int = 12) -> Ints:
    """Draw month-ends (T, n) in which customers come, go, come back, grow and shrink."""
    customers = draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    level = np.rint(rng.lognormal(8, 1.5, (months, customers)))
    kept = rng.random((months, customers)) < 0.7
    for month in range(1, months):
        level[month] = np.where(kept[month], level[month - 1], level[month])
    gone = rng.random((months, customers)) < rng.choice([0.0, 0.1, 0.5])
    return np.where(gone, 0, level).astype(np.int64)


def many_ledgers(count: int, *, seed: int, a_shape: int = 100) -> Iterator[MrrLedger]:
    """Draw ledgers at once by the hundred: groups of one shape, with raises, and customers from before the ledger."""
    rng = np.random.default_rng(seed)
    for _ in range(count // a_shape):
        shape = (a_shape, int(rng.integers(1, 30)), int(rng.integers(1, 25)))
        level = np.rint(rng.lognormal(8, 2.5, shape))
        stays = rng.random(shape) < rng.random()
        kept = np.maximum.accumulate(np.where(stays, 0, np.arange(shape[1])[None, :, None]), axis=1)
        ends = np.take_along_axis(level, kept, axis=1) * (rng.random(shape) < rng.random())
        raised = np.rint(rng.lognormal(6, 2.5, shape)) * (rng.random(shape) < 0.2)
        known = rng.random((a_shape, shape[2])) < 0.3
        for each, rise, before in zip(ends.astype(np.int64), raised.astype(np.int64), known, strict=True):
            changes = rows_of(np.diff(each, axis=0, prepend=0))
            yield MrrLedger(shape[2], shape[1], changes, raises=rows_of(rise), known_before=before)
