"""First tables: workspaces, keys, datasets and their versions, analyses, effects, idempotency.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = ["idempotency", "effects", "analyses", "dataset_versions", "datasets", "keys", "workspaces"]


def upgrade() -> None:
    """Create them."""
    _make_workspaces_and_keys()
    _make_datasets()
    _make_analyses()
    _make_effects()
    _make_idempotency()


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_workspace_id"
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.workspace_id"], name=name, ondelete="CASCADE"
    )


def _make_workspaces_and_keys() -> None:
    op.create_table(
        "workspaces",
        _text("workspace_id", 40),
        _text("name", 200),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_workspaces"),
    )
    op.create_table(
        "keys",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("name", 200),
        _text("token_name", 40),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        _json("scopes"),
        _moment("created_at"),
        _moment("revoked_at", nullable=True),
        _of_workspace("keys"),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("token_name", name="uq_keys_token_name"),
    )
    op.create_index("ix_keys_workspace_id", "keys", ["workspace_id"])


def _make_datasets() -> None:
    op.create_table(
        "datasets",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("name", 200),
        _text("currency", 3),
        _text("version", 64),
        _moment("created_at"),
        _of_workspace("datasets"),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
    )
    op.create_index("ix_datasets_workspace_id_id", "datasets", ["workspace_id", "id"])
    op.create_table(
        "dataset_versions",
        _text("dataset_id", 40),
        _text("version", 64),
        _text("workspace_id", 40),
        _json("tables"),
        _json("refused"),
        _json("report"),
        _moment("created_at"),
        _of_workspace("dataset_versions"),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name="fk_dataset_versions_dataset_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "version", name="pk_dataset_versions"),
    )


def _make_analyses() -> None:
    op.create_table(
        "analyses",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("dataset_id", 40),
        _text("dataset_version", 64),
        _text("kind", 60),
        _json("options"),
        sa.Column("seed", sa.BigInteger, nullable=False),
        _text("status", 10),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        _json("progress"),
        sa.Column("error", sa.JSON),
        sa.Column("files", sa.JSON),
        _moment("created_at"),
        _moment("started_at", nullable=True),
        _moment("finished_at", nullable=True),
        _of_workspace("analyses"),
        sa.ForeignKeyConstraint(
            ["dataset_id", "dataset_version"],
            ["dataset_versions.dataset_id", "dataset_versions.version"],
            name="fk_analyses_dataset_id_dataset_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_analyses"),
    )
    op.create_index("ix_analyses_workspace_id_id", "analyses", ["workspace_id", "id"])
    op.create_index("ix_analyses_dataset_id_dataset_version", "analyses", ["dataset_id", "dataset_version"])
    op.create_index("ix_analyses_status", "analyses", ["status"])


def _make_effects() -> None:
    op.create_table(
        "effects",
        _text("job", 40),
        _text("step", 60),
        _text("workspace_id", 40),
        _moment("done_at"),
        _of_workspace("effects"),
        sa.PrimaryKeyConstraint("job", "step", name="pk_effects"),
    )


def _make_idempotency() -> None:
    op.create_table(
        "idempotency",
        _text("workspace_id", 40),
        _text("key", 255),
        _text("fingerprint", 64),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.JSON),
        sa.Column("body", sa.LargeBinary),
        _moment("begun_at"),
        _of_workspace("idempotency"),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_idempotency"),
    )
