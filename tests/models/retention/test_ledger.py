"""`MrrLedger`: changes become month-ends, whatever the size of the blocks; nonsense is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from models.errors import InvalidInput
from models.retention import ledger as module
from models.retention.ledger import Ints, MrrLedger, Rows
from tests.models.retention.ledgers import MINI, ledger_of, month_ends


@given(month_ends())
def test_blocks_hold_every_customers_month_ends(ends: Ints) -> None:
    read = np.hstack([block.mrr for block in ledger_of(ends).blocks()])

    assert (read == ends).all()


def test_many_small_blocks_say_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = next(ledger_of(MINI).blocks()).mrr
    monkeypatch.setattr(module, "_CELLS", 3 * len(MINI))
    blocks = list(ledger_of(MINI).blocks())

    assert [block.first for block in blocks] == [0, 3, 6]
    assert (np.hstack([block.mrr for block in blocks]) == whole).all()


@given(month_ends())
def test_a_single_month_is_read_without_the_others(ends: Ints) -> None:
    ledger = ledger_of(ends)

    assert all((ledger.at(month) == ends[month]).all() for month in range(len(ends)))


def test_raises_within_a_window_leave_out_its_first_month() -> None:
    ledger = MrrLedger(2, 4, Rows.of([0, 1], [0, 0], [9, 9]), raises=Rows.of([0, 0, 1], [1, 2, 3], [1, 2, 4]))

    assert ledger.raised_between(1, 3).tolist() == [2, 4]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (([1, 0], [0, 0], [1, 1]), "in order"),
        (([0, 2], [0, 0], [1, 1]), "customer must be within 0 … 1"),
        (([0, 1], [0, 3], [1, 1]), "month must be within 0 … 2"),
        (([0, 1], [0], [1, 1]), "equally many"),
        (([0], [0], [2**53]), "larger unit"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows: tuple[list[int], ...], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        MrrLedger(2, 3, Rows.of(*rows))


def test_mrr_below_nothing_is_refused_by_the_customers_place() -> None:
    ledger = MrrLedger(3, 2, Rows.of([0, 2, 2], [0, 0, 1], [5, 5, -6]))

    with pytest.raises(InvalidInput, match="customer 2 falls below 0"):
        list(ledger.blocks())


def test_a_raise_is_never_negative() -> None:
    with pytest.raises(InvalidInput, match="raise of price"):
        MrrLedger(1, 2, Rows.of([0], [0], [5]), raises=Rows.of([0], [1], [-1]))


def test_who_was_there_before_is_told_of_every_customer() -> None:
    with pytest.raises(InvalidInput, match="known_before"):
        MrrLedger(2, 2, Rows.of([0], [0], [5]), known_before=np.array([True]))
