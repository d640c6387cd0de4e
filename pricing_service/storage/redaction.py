"""Free words in which a customer may be named: where they stand, and how its name goes out of them.

What is bound by a hash elsewhere keeps that hash: votes and the audit go on naming the content that was voted on. The
salt of such a hash goes with the words, so that nobody can find them again by trying.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.blobs import write_whole
from pricing_service.storage.database import Database

REDACTED = "[forgotten]"

FREE_WORDS: Mapping[str, tuple[str, ...]] = {
    "datasets": ("name",),
    "dataset_versions": ("refused", "report"),
    "analyses": ("options", "progress", "error"),
    "price_books": ("name", "remarks"),
    "outbox": ("data",),
    "webhook_deliveries": ("attempts",),
    "proposals": ("title", "note", "evidence"),
    "votes": ("comment",),
    "recommendation_feedback": ("reason", "recommendation"),
    "idempotency": ("headers", "body"),
}
"""Table → columns that people or data write into."""


class Redaction:
    """Takes a customer's id and names out of free words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def redact(self, workspace_id: str, words: Iterable[str]) -> int:
        """Take words out wherever they stand; return of how many rows. Answers kept under a key that has one go.

        Parameters
        ----------
        workspace_id
            Whose rows.
        words
            What is not to be read any more, whole and in any case of letters.
        """
        pattern = _pattern(words)
        if pattern is None:
            return 0
        changed = 0
        for name, columns in FREE_WORDS.items():
            table = schema.metadata.tables[name]
            for mine in self._found(table, columns, workspace_id, pattern):
                with self._database.writing() as connection:
                    row = connection.execute(table.select().where(mine).with_for_update()).first()
                    if row is not None:
                        connection.execute(_change(table, columns, row, pattern).where(mine))
                        changed += 1
        self._drop_keys(workspace_id, pattern)
        return changed

    def redact_files(self, workspace_id: str, words: Iterable[str], files: Iterable[Path]) -> int:
        """Take words out of a workspace's files of text, written as they are or as in HTML; return of how many."""
        said = list(words)
        pattern, changed = _pattern([*said, *map(html.escape, said)]), 0
        if pattern is None:
            return 0
        for path in files:
            text = path.read_text(encoding="utf-8")
            clean = pattern.sub(REDACTED, text)
            if clean != text:
                write_whole(path, clean.encode())
                changed += 1
        return changed

    def _found(
        self, table: sa.Table, columns: tuple[str, ...], workspace_id: str, pattern: re.Pattern[str]
    ) -> list[sa.ColumnElement[bool]]:
        """Return what tells each row in which a word stands."""
        keys = list(table.primary_key.columns)
        query = sa.select(*keys, *(table.c[column] for column in columns))
        with self._database.reading() as connection:
            rows = connection.execute(query.where(table.c.workspace_id == workspace_id))
            return [
                sa.and_(*(key == row._mapping[key.name] for key in keys))
                for row in rows
                if any(_redacted(row._mapping[name], pattern) != row._mapping[name] for name in columns)
            ]

    def _drop_keys(self, workspace_id: str, pattern: re.Pattern[str]) -> None:
        table = schema.idempotency
        with self._database.writing() as connection:
            query = sa.select(table.c.key).where(table.c.workspace_id == workspace_id)
            named = [key for key in connection.execute(query).scalars() if pattern.search(key)]
            mine = sa.and_(table.c.workspace_id == workspace_id, table.c.key.in_(named))
            connection.execute(table.delete().where(mine))


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not found:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE)


def _change(
    table: sa.Table, columns: tuple[str, ...], row: sa.Row[Any], pattern: re.Pattern[str]
) -> sa.Update:
    values = {name: _redacted(row._mapping[name], pattern) for name in columns}
    if table is schema.votes:
        values["salt"] = None
    if table is schema.proposals:
        values["evidence"] = {**values["evidence"], "salt": None}
    return table.update().values(values)


def _redacted(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(REDACTED, value)
    if isinstance(value, bytes):
        return _redacted_bytes(value, pattern)
    if isinstance(value, Mapping):
        return {_redacted(key, pattern): _redacted(each, pattern) for key, each in value.items()}
    if isinstance(value, list):
        return [_redacted(each, pattern) for each in value]
    return value


def _redacted_bytes(value: bytes, pattern: re.Pattern[str]) -> bytes:
    try:
        said = json.loads(value)
    except ValueError:
        return pattern.sub(REDACTED, value.decode(errors="replace")).encode() if value else value
    clean = _redacted(said, pattern)
    return value if clean == said else json.dumps(clean, ensure_ascii=False).encode()
