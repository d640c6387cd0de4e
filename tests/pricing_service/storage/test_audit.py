"""The audit's chain holds while many write, and whatever is planted into it is found; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pricing_service.config import Settings
from pricing_service.storage import Storage
from pricing_service.storage.audit import GENESIS
from pricing_service.storage.schema import audit, audit_heads

LATER = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
"""A microsecond after the moment at which the clock stands."""


def write(storage: Storage, workspace: str, name: str) -> None:
    with storage.database.writing() as connection:
        storage.audit.record(
            connection, workspace, by="Ada", action="thing.done", subject=name, detail={"ü": [1, "é"]}
        )


@pytest.fixture
def chain(storage: Storage, workspace: str) -> str:
    for number in range(5):
        write(storage, workspace, f"t{number}")
    return workspace


def number(value: int) -> sa.ColumnElement[bool]:
    return audit.c.number == value


def swap(connection: sa.Connection) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        connection.execute(audit.update().where(number(old)).values(number=new))


def rewrite_one_with_its_hash(connection: sa.Connection, storage: Storage, workspace: str) -> None:
    """Whoever changes an entry and computes its hash anew breaks the entry after it."""
    entry = next(each for each in storage.audit.page(workspace).rows if each.number == 3)
    changed = type(entry)(**{**vars(entry), "by": "Eve"})
    values = {"made_by": "Eve", "entry_hash": changed.computed_hash()}
    connection.execute(audit.update().where(number(3)).values(values))


PLANTED: dict[str, tuple[int, Callable[[sa.Connection], object]]] = {
    "a changed detail": (3, lambda c: c.execute(audit.update().where(number(3)).values(detail={"ü": []}))),
    "another person": (1, lambda c: c.execute(audit.update().where(number(1)).values(made_by="Eve"))),
    "another moment": (2, lambda c: c.execute(audit.update().where(number(2)).values(made_at=LATER))),
    "the last one changed": (5, lambda c: c.execute(audit.update().where(number(5)).values(subject="x"))),
    "a deleted one": (2, lambda c: c.execute(audit.delete().where(number(2)))),
    "the first one deleted": (1, lambda c: c.execute(audit.delete().where(number(1)))),
    "the tail cut off": (5, lambda c: c.execute(audit.delete().where(number(5)))),
    "everything deleted": (1, lambda c: c.execute(audit.delete())),
    "two swapped": (2, swap),
}


def test_an_untouched_chain_holds(storage: Storage, chain: str) -> None:
    assert storage.audit.verify(chain) is None
    first = storage.audit.page(chain, limit=1, cursor="2").rows[0]
    assert (first.number, first.previous_hash, first.detail) == (1, GENESIS, {"ü": [1, "é"]})


@pytest.mark.parametrize("planted", PLANTED)
def test_whatever_is_planted_is_found_at_the_first_broken_entry(
    storage: Storage, chain: str, planted: str
) -> None:
    broken, plant = PLANTED[planted]
    with storage.database.writing() as connection:
        plant(connection)

    found = storage.audit.verify(chain)

    assert found is not None
    assert found.number == broken


def test_an_entry_with_a_new_hash_breaks_the_one_after_it(storage: Storage, chain: str) -> None:
    with storage.database.writing() as connection:
        rewrite_one_with_its_hash(connection, storage, chain)

    found = storage.audit.verify(chain)

    assert found is not None
    assert (found.number, found.why) == (4, "it does not follow the entry before it")


def test_a_chain_that_was_rewritten_whole_is_found_by_a_head_that_was_noted(
    storage: Storage, chain: str
) -> None:
    noted = storage.audit.head(chain).hash
    write(storage, chain, "later")
    assert storage.audit.verify(chain, noted=noted) is None
    with storage.database.writing() as connection:
        connection.execute(audit.delete())
        connection.execute(audit_heads.delete())
    for each in range(6):
        write(storage, chain, f"forged{each}")

    assert storage.audit.verify(chain) is None
    assert storage.audit.verify(chain, noted=noted) is not None


def test_many_writers_at_once_make_one_chain(settings: Settings, storage: Storage, workspace: str) -> None:
    with Storage.open(settings) as second, ThreadPoolExecutor(8) as pool:  # as another process has it
        list(pool.map(lambda at: write((storage, second)[at % 2], workspace, f"t{at}"), range(40)))

    numbers = [entry.number for entry in storage.audit.page(workspace, limit=100).rows]
    assert numbers == list(range(40, 0, -1))
    assert storage.audit.verify(workspace) is None


def test_what_is_undone_leaves_no_entry_and_no_gap(storage: Storage, chain: str) -> None:
    with storage.database.writing() as connection:
        storage.audit.record(connection, chain, by="Ada", action="a", subject="s", detail={})
        connection.rollback()
    write(storage, chain, "t")

    assert storage.audit.head(chain).number == 6
    assert storage.audit.verify(chain) is None


def test_every_workspace_has_its_own_chain(storage: Storage, chain: str) -> None:
    other = storage.workspaces.create("Eve").id
    write(storage, other, "t")

    assert storage.audit.page(other).rows[0].number == 1
    assert storage.audit.verify(other) is None
    assert len(storage.audit.page(chain).rows) == 5


def test_the_audit_is_read_page_by_page_newest_first(storage: Storage, chain: str) -> None:
    first = storage.audit.page(chain, limit=3)
    rest = storage.audit.page(chain, limit=3, cursor=first.next_cursor)

    assert [entry.subject for entry in [*first.rows, *rest.rows]] == ["t4", "t3", "t2", "t1", "t0"]
    assert rest.next_cursor is None
