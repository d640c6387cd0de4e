"""The pricing committee: proposals, their votes, the audit, and price books that can be rolled back.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = ["audit_heads", "audit", "votes", "proposals"]


def upgrade() -> None:
    """Create the tables, and let a price book be withdrawn."""
    op.add_column("price_books", _moment("withdrawn_at", nullable=True))
    _make_proposals()
    _make_votes()
    _make_audit()


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("price_books", "withdrawn_at")


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("status", 10),
        _text("kind", 60),
        _text("title", 200),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("analysis_id", sa.String(40)),
        sa.Column("price_book_id", sa.String(40)),
        sa.Column("evidence", sa.JSON, nullable=False),
        _text("content_hash", 64),
        sa.Column("authors", sa.JSON, nullable=False),
        _moment("created_at"),
        _moment("changed_at"),
        sa.Column("effective", sa.Date),
        sa.Column("published_by", sa.String(200)),
        _moment("published_at", nullable=True),
        sa.Column("withdrawn_by", sa.String(200)),
        _moment("withdrawn_at", nullable=True),
        _of_workspace("proposals"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_workspace_id_id", "proposals", ["workspace_id", "id"])


def _make_votes() -> None:
    op.create_table(
        "votes",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("proposal_id", 40),
        _text("person", 200),
        _text("decision", 10),
        sa.Column("comment", sa.Text, nullable=False),
        _text("content_hash", 64),
        _moment("cast_at"),
        sa.Column("counts", sa.Boolean, nullable=False),
        _of_workspace("votes"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name="fk_votes_proposal_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
    )
    op.create_index("ix_votes_proposal_id_id", "votes", ["proposal_id", "id"])
    op.create_index("ix_votes_workspace_id", "votes", ["workspace_id"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        _text("workspace_id", 40),
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        _moment("made_at"),
        _text("made_by", 200),
        _text("action", 60),
        _text("subject", 100),
        sa.Column("detail", sa.JSON, nullable=False),
        _text("previous_hash", 64),
        _text("entry_hash", 64),
        _of_workspace("audit"),
        sa.PrimaryKeyConstraint("workspace_id", "number", name="pk_audit"),
    )
    op.create_table(
        "audit_heads",
        _text("workspace_id", 40),
        sa.Column("number", sa.BigInteger, nullable=False),
        _text("entry_hash", 64),
        _of_workspace("audit_heads"),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_audit_heads"),
    )


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_workspace_id"
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.workspace_id"], name=name, ondelete="CASCADE"
    )
