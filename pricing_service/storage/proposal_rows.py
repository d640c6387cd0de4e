"""Proposals as rows: how one is found with its votes, and how its votes are voided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.errors import NotFound
from pricing_service.storage.proposed import StoredProposal, Vote


def find(connection: sa.Connection, workspace_id: str, proposal_id: str, *, locked: bool) -> StoredProposal:
    """Read one proposal with its votes, and hold it for a change where it is locked."""
    query = schema.proposals.select().where(mine(workspace_id, proposal_id))
    row = connection.execute(query.with_for_update() if locked else query).first()
    if row is None:
        raise NotFound("proposal", proposal_id)
    cast = schema.votes
    theirs = cast.select().where(cast.c.workspace_id == workspace_id, cast.c.proposal_id == proposal_id)
    return read(row, list(connection.execute(theirs.order_by(cast.c.id))))


def mine(workspace_id: str, proposal_id: str) -> sa.ColumnElement[bool]:
    """Name one proposal of a workspace."""
    table = schema.proposals
    return sa.and_(table.c.workspace_id == workspace_id, table.c.id == proposal_id)


def void(workspace_id: str, proposal_id: str) -> sa.Update:
    """Let no vote on a proposal count any more."""
    table = schema.votes
    theirs = sa.and_(table.c.workspace_id == workspace_id, table.c.proposal_id == proposal_id)
    return table.update().where(theirs).values(counts=False)


def read(row: sa.Row[Any], votes: Sequence[sa.Row[Any]]) -> StoredProposal:
    """Read a proposal from its row and its votes'."""
    names = Vote.__dataclass_fields__
    cast = [Vote(**{name: vote._mapping[name] for name in names}) for vote in votes]
    return StoredProposal(**row._mapping, votes=cast)
