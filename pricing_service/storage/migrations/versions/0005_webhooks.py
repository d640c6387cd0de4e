"""Webhooks: endpoints, events that happened, and what was sent where.

A migration is frozen: it says its tables by itself and imports nothing that may change.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "webhook_endpoints",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("url", 2000),
        sa.Column("events", sa.JSON, nullable=False),
        sa.Column("secret_version", sa.Integer, nullable=False),
        sa.Column("previous_until", sa.DateTime(timezone=True)),
        sa.Column("disabled", sa.String(10)),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        _text("created_by", 200),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _refers("webhook_endpoints", "workspace_id", "workspaces.workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_workspace_id_id", "webhook_endpoints", ["workspace_id", "id"])
    op.create_table(
        "outbox",
        _text("id", 40),
        _text("workspace_id", 40),
        _text("type", 60),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _refers("outbox", "workspace_id", "workspaces.workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_workspace_id_created_at", "outbox", ["workspace_id", "created_at"])
    _create_deliveries()


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        _text("endpoint_id", 40),
        _text("event_id", 40),
        _text("workspace_id", 40),
        _text("status", 10),
        sa.Column("attempts", sa.JSON, nullable=False),
        sa.Column("tried", sa.Integer, nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True)),
        sa.Column("lease", sa.String(40)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        _refers("webhook_deliveries", "endpoint_id", "webhook_endpoints.id"),
        _refers("webhook_deliveries", "event_id", "outbox.id"),
        _refers("webhook_deliveries", "workspace_id", "workspaces.workspace_id"),
        sa.PrimaryKeyConstraint("endpoint_id", "event_id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_status_next_try", "webhook_deliveries", ["status", "next_try"])
    op.create_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("webhook_deliveries", "outbox", "webhook_endpoints"):
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")
