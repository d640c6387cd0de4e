"""Causes add up to expansion to the minor unit, for every customer and month, whatever is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.retention import ledger as module
from models.retention.expansion import CAUSES, NOTHING_TOLD, Told, expansion_by
from models.retention.ledger import Ints, MrrLedger
from models.retention.movements import lines_of, movements
from tests.models.retention.ledgers import MINI, ledger_of, month_ends


def told_of(ends: Ints, *, seed: int, share: float) -> tuple[Told, Ints]:
    """Causes of some customers' months by lot, and raises of price."""
    rng = np.random.default_rng(seed)
    changes = np.diff(ends, axis=0, prepend=0)
    raised = np.where(rng.random(ends.shape) < 0.2, rng.integers(0, 3000, ends.shape), 0)
    customer, month = np.nonzero(share > rng.random(ends.shape).T)
    amounts = rng.integers(-4000, 4000, (customer.size, len(CAUSES)))
    exact = rng.random(customer.size) < 0.5
    rest = changes[month, customer] - amounts.sum(axis=1) + rng.integers(-3, 4, customer.size)
    amounts[:, 1] += np.where(exact, rest, 0)
    return Told(customer, month, amounts), raised


@settings(max_examples=200)
@given(month_ends(), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.4, 1.0]))
def test_causes_add_up_to_expansion_for_every_customer_and_month(ends: Ints, seed: int, share: float) -> None:
    told, raised = told_of(ends, seed=seed, share=share)
    for who in range(ends.shape[1]):
        alone = ledger_of(ends[:, [who]], raised=raised[:, [who]])
        mine = told.customer == who
        causes = expansion_by(alone, Told(0 * told.customer[mine], told.month[mine], told.amounts[mine]))

        (block,) = alone.blocks()
        assert (sum(causes.values()) == lines_of(block, alone.before)["expansion"][:, 0]).all()


@given(month_ends(), st.integers(0, 2**32 - 1))
def test_the_causes_of_all_are_those_of_each(ends: Ints, seed: int) -> None:
    told, raised = told_of(ends, seed=seed, share=0.5)
    ledger = ledger_of(ends, raised=raised)
    causes = expansion_by(ledger, told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CELLS", 3 * len(ends))
        blockwise = expansion_by(ledger, told)

    assert (sum(causes.values()) == movements(ledger).expansion).all()
    assert all((causes[name] == blockwise[name]).all() for name in CAUSES)


def grown(first: int, then: int, amounts: list[int], *, raised: int = 0) -> dict[str, int]:
    """The causes of one customer that paid `first` and pays `then`."""
    ledger = ledger_of(np.array([[first], [then]]), raised=np.array([[0], [raised]]))
    causes = expansion_by(ledger, Told(np.array([0]), np.array([1]), np.array([amounts])))
    return {name: int(amount[1]) for name, amount in causes.items() if amount[1]}


def test_causes_keep_their_signs_beside_each_other() -> None:
    assert grown(1000, 1400, [600, 0, -200, 0, 0]) == {"units": 600, "discount": -200}


def test_a_minor_unit_that_rounding_leaves_open_is_no_cause_of_its_own() -> None:
    assert grown(1000, 1400, [399, 0, 0, 0, 0]) == {"units": 400}


def test_what_nothing_explains_is_other() -> None:
    assert grown(1000, 1400, [300, 0, 0, 0, 0]) == {"units": 300, "other": 100}
    assert expansion_by(ledger_of(MINI), NOTHING_TOLD)["other"].tolist() == (
        movements(ledger_of(MINI)).expansion.tolist()
    )


def test_a_raise_that_was_told_takes_its_part_of_what_causes_claim() -> None:
    assert grown(1000, 1400, [300, 0, 0, 0, 100], raised=150) == {"units": 250}


def test_who_shrank_net_shows_no_causes() -> None:
    assert grown(1000, 900, [300, 0, -400, 0, 0]) == {}


def test_who_is_new_or_came_back_did_not_expand() -> None:
    assert grown(0, 900, [0, 0, 0, 900, 0]) == {}


@pytest.mark.parametrize(
    ("customer", "month", "said"),
    [([1, 0], [1, 1], "in order"), ([0, 0], [1, 1], "told once"), ([0], [1, 1], "shape")],
)
def test_rows_that_do_not_fit_are_refused(customer: list[int], month: list[int], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        Told(np.array(customer), np.array(month), np.zeros((2, 5), dtype=np.int64))


def test_a_ledger_of_nobody_has_no_causes() -> None:
    nobody = MrrLedger(0, 3, NOTHING_ROWS)

    assert all(amount.tolist() == [0, 0, 0] for amount in expansion_by(nobody, NOTHING_TOLD).values())


NOTHING_ROWS = module.NO_ROWS
