"""Lives of keys: when one ends by itself, and the last day on which it was used.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the two columns; keys that are there live on."""
    op.add_column("keys", sa.Column("expires_at", sa.DateTime(timezone=True)))
    op.add_column("keys", sa.Column("last_used", sa.Date))


def downgrade() -> None:
    """Drop them: every key that was not revoked lives on without an end."""
    with op.batch_alter_table("keys") as table:
        table.drop_column("last_used")
        table.drop_column("expires_at")
