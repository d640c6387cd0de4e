"""Tombstones of forgotten customers, and the salt with which a vote's comment is hashed into the audit.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table and add the column; comments that are there were hashed without a salt."""
    op.create_table(
        "tombstones",
        sa.Column("workspace_id", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.workspace_id"],
            name="fk_tombstones_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "digest", name="pk_tombstones"),
    )
    op.add_column("votes", sa.Column("salt", sa.String(64)))


def downgrade() -> None:
    """Drop them: forgotten customers may be taken in again."""
    with op.batch_alter_table("votes") as table:
        table.drop_column("salt")
    op.drop_table("tombstones")
