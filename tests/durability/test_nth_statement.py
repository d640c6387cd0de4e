"""Whichever statement of a write fails, all of it is there or nothing, and another try does it once."""

from __future__ import annotations

import pytest

from pricing_service.storage import Storage
from pricing_service.storage.database import Together
from tests.durability import page
from tests.durability.nth_statement import Fault, show, try_every_statement
from tests.durability.writes import WRITES, Shop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


_FEWEST = {"sqlite": 6, "postgresql": 5}
"""Whose key it is, a savepoint, the effect, the savepoint's end, the commit; SQLite's BEGIN is a statement, too."""


def test_a_write_whose_nth_statement_fails_is_whole_or_not_at_all(shop: Shop, storage: Storage) -> None:
    fault = Fault(storage)

    trials = [try_every_statement(shop, storage, fault, write) for write in WRITES]

    wrong = [f"{trial.write} {each}" for trial in trials for each in trial.wrong]
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)
    fewest = _FEWEST[storage.database.engine.dialect.name]
    assert {trial.write: trial.statements for trial in trials if trial.statements < fewest} == {}


@pytest.mark.chaos
def test_every_statement_of_every_write_is_counted_for_the_page(shop: Shop, storage: Storage) -> None:
    fault = Fault(storage)

    trials = [try_every_statement(shop, storage, fault, write) for write in WRITES]

    page.write(show(trials, "SQLite" if storage.database.is_sqlite else "PostgreSQL"))
    assert not [each for trial in trials for each in trial.wrong]


def test_an_effect_outside_the_transaction_of_its_answer_is_found(
    shop: Shop, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was so before: each part commits by itself, and the answer is kept after the effect.
    monkeypatch.setattr(Together, "part", lambda joined: joined._connect().engine.begin())

    trial = try_every_statement(shop, storage, Fault(storage), "create_price_book")

    assert any("'price_books', 'new'): 2" in each for each in trial.wrong), trial
