"""A forgotten customer's names go out of free words, and out of nothing else."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from pricing_service.storage import Claim, Replay, Storage, schema
from pricing_service.storage.redaction import FREE_WORDS

NO_WORDS = {
    "workspaces": {"name"},
    "keys": {"name", "token_name", "token_hash", "scopes"},
    "datasets": {"currency", "version"},
    "dataset_versions": {"version", "tables"},
    "analyses": {"dataset_version", "kind", "status", "files"},
    "price_books": {
        "status", "currency", "content", "content_hash", "made_from", "created_by", "published_by", "acknowledged",
    },
    "webhook_endpoints": {"url", "events", "disabled", "created_by"},
    "outbox": {"type"},
    "webhook_deliveries": {"status", "lease"},
    "proposals": {"status", "kind", "content_hash", "authors", "published_by", "withdrawn_by"},
    "votes": {"person", "decision", "content_hash", "salt"},
    "audit": {"made_by", "action", "subject", "detail", "previous_hash", "entry_hash"},
    "audit_heads": {"entry_hash"},
    "tombstones": {"digest", "salt"},
    "publications": {"kind", "content_hash", "published_by"},
    "recommendation_feedback": {"customer_id", "etag", "given_by", "fingerprint"},
    "effects": {"job", "step"},
    "idempotency": {"key", "fingerprint", "claim"},
}  # fmt: skip
"""Hashes, fixed words, people who hold keys, and what is forgotten by other means (feedback, keys of replays)."""


def test_every_column_is_free_words_or_known_to_hold_none() -> None:
    unknown = [
        f"{name}.{column.name}"
        for name, table in schema.metadata.tables.items()
        for column in table.columns
        if isinstance(column.type, sa.String | sa.JSON | sa.LargeBinary)
        and column.name != "id"
        and (not column.name.endswith("_id") or column.name == "customer_id")
        and column.name not in {*FREE_WORDS.get(name, ()), *NO_WORDS.get(name, ())}
    ]

    assert unknown == []


def keep(storage: Storage, workspace: str, key: str, body: bytes) -> None:
    claim = storage.idempotency.begin(workspace, key, fingerprint=key)
    assert isinstance(claim, Claim)
    storage.idempotency.complete(workspace, claim, Replay(200, {}, body))


def test_whole_words_go_in_any_case_however_they_are_written(storage: Storage, workspace: str) -> None:
    keep(storage, workspace, "k1", b'{"a": ["ACME pays", {"acme": 1}], "b": "V\\u00f6gel"}')
    keep(storage, workspace, "k2", b"Acme, but Acmeville and A-12 too")
    keep(storage, workspace, "k3", b'{"a":  "other"}')
    keep(storage, workspace, "about-A-1", b"{}")
    other = storage.workspaces.create("Other").id
    keep(storage, other, "k4", b"Acme")

    storage.redaction.redact(workspace, ["Acme", "Vögel", "A-1", " "])

    def kept(home: str, key: str) -> bytes | None:
        begun = storage.idempotency.begin(home, key, fingerprint=key)
        return begun.body if isinstance(begun, Replay) else None

    assert kept(workspace, "k1") == b'{"a": ["[forgotten] pays", {"[forgotten]": 1}], "b": "[forgotten]"}'
    assert kept(workspace, "k2") == b"[forgotten], but Acmeville and A-12 too"
    assert kept(workspace, "k3") == b'{"a":  "other"}', "what names nobody stays to the byte"
    assert kept(workspace, "about-A-1") is None
    assert kept(other, "k4") == b"Acme"


def test_words_go_out_of_files_as_they_are_written_there(
    storage: Storage, workspace: str, tmp_path: Path
) -> None:
    page, other = tmp_path / "report.html", tmp_path / "other.html"
    page.write_text("<h1>Jobs of A&amp;B</h1>")
    other.write_text("<h1>Jobs</h1>")

    assert storage.redaction.redact_files(workspace, ["A&B"], [page, other]) == 1
    assert page.read_text() == "<h1>Jobs of [forgotten]</h1>"


def test_nothing_to_take_out_changes_nothing(storage: Storage, workspace: str) -> None:
    keep(storage, workspace, "k1", b"words")

    assert storage.redaction.redact(workspace, ["", " "]) == 0
