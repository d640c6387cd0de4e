"""The MRR bridge closes to the last minor unit, and each movement has the name that its rule gives it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from models.retention.ledger import Ints, MrrLedger, Rows
from models.retention.movements import LINES, lines_of, movements
from tests.models.retention.ledgers import MINI, ledger_of, many_ledgers, month_ends, rows_of

SIGNS = {line: -1 if line in ("contraction", "churn") else 1 for line in LINES}


@settings(max_examples=300)
@given(month_ends())
def test_the_bridge_closes_for_every_customer_and_in_total(ends: Ints) -> None:
    ledger = ledger_of(ends)
    (block,) = ledger.blocks()
    each = sum(SIGNS[line] * amount for line, amount in lines_of(block, ledger.before).items())
    bridge = movements(ledger)

    assert (each == np.diff(ends, axis=0, prepend=0)).all()
    moved = sum(SIGNS[line] * getattr(bridge, line) for line in LINES)
    assert (bridge.opening + moved == bridge.closing).all()
    assert (bridge.opening[1:] == bridge.closing[:-1]).all()


def test_the_bridge_closes_to_the_last_cent_on_ten_thousand_ledgers() -> None:
    open_by = []
    for ledger in many_ledgers(10_000, seed=20):
        bridge = movements(ledger)
        moved = sum(SIGNS[line] * getattr(bridge, line) for line in LINES)
        open_by += [bridge.opening + moved - bridge.closing, bridge.opening[1:] - bridge.closing[:-1]]
        open_by.append(bridge.closing[-1:] - ledger.at(ledger.months - 1).sum())
        assert min(getattr(bridge, line).min() for line in LINES) >= 0

    assert len(open_by) == 3 * 10_000
    assert not np.concatenate(open_by).any()


def test_each_movement_has_its_name() -> None:
    bridge = movements(ledger_of(MINI))

    assert bridge.new[[0, 2]].tolist() == [700, 140]
    assert (bridge.expansion[4], bridge.expansion[6], bridge.expansion[7]) == (40, 50, 40)
    assert (bridge.contraction[4], bridge.contraction[9]) == (80, 30)
    assert (bridge.churn[3], bridge.churn[5], bridge.churn[9]) == (100, 100, 60)
    assert bridge.reactivation.nonzero()[0].tolist() == [8]
    assert bridge.counts["new"].sum() == 8


def test_a_path_that_leaves_and_comes_back_is_churn_and_reactivation_not_contraction_and_expansion() -> None:
    bridge = movements(ledger_of(np.array([[100], [150], [0], [80], [80]])))

    assert bridge.churn.tolist() == [0, 0, 150, 0, 0]
    assert bridge.reactivation.tolist() == [0, 0, 0, 80, 0]
    assert bridge.contraction.sum() == 0
    assert bridge.expansion.tolist() == [0, 50, 0, 0, 0]


def test_who_joins_and_leaves_between_two_month_ends_leaves_no_trace() -> None:
    bridge = movements(MrrLedger(1, 3, Rows.of([0, 0], [1, 1], [100, -100])))

    assert sum(getattr(bridge, line).sum() for line in LINES) == 0


def test_a_raise_beside_a_cut_makes_both_a_raise_and_a_contraction() -> None:
    ends = np.array([[100], [90]])
    bridge = movements(ledger_of(ends, raised=np.array([[0], [15]])))

    assert (bridge.price_raise[1], bridge.contraction[1], bridge.expansion[1]) == (15, 25, 0)


def test_a_raise_that_drove_its_customer_away_raised_nothing() -> None:
    bridge = movements(ledger_of(np.array([[100], [0]]), raised=np.array([[0], [15]])))

    assert (bridge.price_raise[1], bridge.churn[1]) == (0, 100)


def test_customers_from_before_the_ledger_are_no_new_business() -> None:
    changes = rows_of(np.diff(MINI, axis=0, prepend=0))
    bridge = movements(MrrLedger(8, 13, changes, known_before=MINI[0] > 0))

    assert (bridge.opening[0], bridge.new[0], bridge.closing[0]) == (700, 0, 700)
