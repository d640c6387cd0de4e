"""Publications: which analyses are decided; and what people say of the recommendations that follow from them.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "publications",
        _text("id", 40),
        _text("workspace_id", 40),
        sa.Column("proposal_id", sa.String(40)),
        _text("kind", 60),
        _text("analysis_id", 40),
        sa.Column("price_book_id", sa.String(40)),
        sa.Column("effective", sa.Date, nullable=False),
        _text("content_hash", 64),
        _text("published_by", 200),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        _home("publications"),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
    )
    op.create_index("ix_publications_workspace_id_kind", "publications", ["workspace_id", "kind"])
    op.create_table(
        "recommendation_feedback",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("recommendation_id", 40),
        sa.Column("customer_id", sa.Text, nullable=False),
        _text("etag", 64),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("price", sa.Float),
        sa.Column("reason", sa.Text),
        sa.Column("recommendation", sa.JSON, nullable=False),
        _text("given_by", 200),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        _text("fingerprint", 64),
        _home("recommendation_feedback"),
        sa.PrimaryKeyConstraint("id", name="pk_recommendation_feedback"),
    )
    op.create_index(
        "ix_recommendation_feedback_workspace_id_fingerprint",
        "recommendation_feedback",
        ["workspace_id", "fingerprint"],
        unique=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("recommendation_feedback")
    op.drop_table("publications")


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _home(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.workspace_id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"
    )
