"""Price books: drafts and published versions.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "price_books",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("status", 10),
        _text("name", 200),
        _text("currency", 3),
        sa.Column("content", sa.JSON, nullable=False),
        _text("content_hash", 64),
        sa.Column("made_from", sa.JSON, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        _text("created_by", 200),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective", sa.Date),
        sa.Column("published_by", sa.String(200)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged", sa.JSON),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.workspace_id"],
            name="fk_price_books_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_price_books"),
    )
    op.create_index("ix_price_books_workspace_id_id", "price_books", ["workspace_id", "id"])
    op.create_index(
        "ix_price_books_workspace_id_status_effective",
        "price_books",
        ["workspace_id", "status", "effective"],
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("price_books")


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)
