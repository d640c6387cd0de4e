"""Let the n-th statement of a write fail, for n = 1, 2 … to its last, and compare the database before and after.

A write changes tables in a certain shape: so many rows come, go or change in each. After a failure the shape has to be
nothing or all of it, and after the write was sent again all of it, once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import Storage, schema
from tests.durability.writes import Ask, Shop

# What comes and goes beside the effect of a write: claims of keys and the day of a key's last use.
_BESIDE = {"idempotency"}
_UNTOLD = {"keys": {"last_used"}}
_TOLD_BY_READS = "recommendation.changed"
"""An event of whoever makes the snapshot that CRMs read: now one write, now the next is the first that needs it."""
Rows = dict[tuple[str, str], str]
"""(table, primary key) → digest of the row."""
Shape = Counter[tuple[str, str]]
"""(table, "new" | "gone" | "other") → rows."""


class Planted(Exception):
    """What the driver says when the database goes away in the middle."""


class Fault:
    """Lets the n-th statement or commit fail that the storage's engine is given."""

    def __init__(self, storage: Storage) -> None:
        self._lock = threading.Lock()
        self._left: int | None = None
        self.struck = False
        engine = storage.database.engine
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", self._count)

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        """Let this one fail."""
        self._left, self.struck = number, False
        try:
            yield
        finally:
            self._left = None

    def _statement(self, *_: Any) -> None:
        self._count(None)

    def _count(self, _: object) -> None:
        with self._lock:
            if self._left is None:
                return
            self._left -= 1
            if self._left != 0:
                return
            self.struck = True
        raise sa.exc.OperationalError("planted", {}, Planted("the server closed the connection"))


@dataclass
class Trial:
    """What became of one kind of write."""

    write: str
    statements: int = 0
    nothing: int = 0
    everything: int = 0
    wrong: list[str] = field(default_factory=list)


def try_every_statement(shop: Shop, storage: Storage, fault: Fault, write: str) -> Trial:
    """Let each statement of a write fail once."""
    trial = Trial(write)
    whole = _undisturbed(shop, storage, write)
    for number in range(1, 200):
        asked = shop.ask(write, key=f"{write} {number}")
        before = rows_of(storage)
        with fault.at(number):
            answer = asked.send(shop.client)
        if not fault.struck:
            return trial
        trial.statements += 1
        after = shape(before, rows_of(storage))
        trial.nothing += not after
        trial.everything += after == whole
        trial.wrong += _wrong(number, answer, after, whole)
        trial.wrong += _wrong_again((shop, storage), asked, before, (number, whole))
    raise AssertionError(f"{write} has no end")


def show(trials: Sequence[Trial], database: str) -> str:
    """Write trials as a line of the table."""
    counted = (sum(count) for count in zip(*[(one.statements, one.nothing, one.everything, len(one.wrong))
                                             for one in trials], strict=True))  # fmt: skip
    return f"| {database}, n-th statement | {len(trials)} | {' | '.join(f'{count:,}' for count in counted)} |"


def _undisturbed(shop: Shop, storage: Storage, write: str) -> Shape:
    asked = shop.ask(write, key=f"{write} undisturbed")
    before = rows_of(storage)
    answer = asked.send(shop.client)
    assert answer.is_success, f"{write}: {answer.text}"
    found = shape(before, rows_of(storage))
    assert found, f"{write} writes nothing"
    return found


def _wrong(number: int, answer: Any, after: Shape, whole: Shape) -> Iterator[str]:
    if after and after != whole:
        yield f"{number}: between: {dict(after)} of {dict(whole)}"
    if answer.is_success and after != whole:
        yield f"{number}: {answer.status_code} though not all is there"
    if not answer.is_success and (answer.status_code, answer.headers.get("retry-after") is None) != (
        503,
        False,
    ):
        yield f"{number}: {answer.status_code} {answer.text}"


def _wrong_again(
    where: tuple[Shop, Storage], asked: Ask, before: Rows, expected: tuple[int, Shape]
) -> Iterator[str]:
    """Send it again: whatever was there, it is there once."""
    (shop, storage), (number, whole) = where, expected
    again = asked.send(shop.client)
    gone = asked.method == "DELETE" and again.status_code in {404, 409}
    if not again.is_success and not gone:
        yield f"{number}: again: {again.status_code} {again.text}"
    after = shape(before, rows_of(storage))
    if after != whole:
        yield f"{number}: after another try: {dict(after)} instead of {dict(whole)}"


def rows_of(storage: Storage) -> Rows:
    """Read every row of every table."""
    found: Rows = {}
    with storage.database.reading() as connection:
        for table in schema.metadata.sorted_tables:
            if table.name in _BESIDE:
                continue
            untold = _UNTOLD.get(table.name, set())
            for row in connection.execute(table.select()):
                if table is schema.outbox and row.type == _TOLD_BY_READS:
                    continue
                key = repr([row._mapping[column.name] for column in table.primary_key])
                told = [row._mapping[column.name] for column in table.columns if column.name not in untold]
                found[table.name, key] = hashlib.sha256(repr(told).encode()).hexdigest()
    return found


def shape(before: Rows, after: Rows) -> Shape:
    """Count what came, went and changed in each table."""
    found: Shape = Counter()
    for table, key in before.keys() | after.keys():
        old, new = before.get((table, key)), after.get((table, key))
        if old != new:
            found[table, "new" if old is None else "gone" if new is None else "other"] += 1
    return found
