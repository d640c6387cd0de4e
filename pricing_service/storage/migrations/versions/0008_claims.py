"""Tokens of claims: of two requests that took one key, the second alone may answer.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; who claimed without a token still answers while nobody takes the key over."""
    op.add_column("idempotency", sa.Column("claim", sa.String(32)))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("idempotency") as table:
        table.drop_column("claim")
