"""The audit: who did what to prices."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api import proposal_answers
from api.door import Door
from api.keys import Administrator
from api.paging import PageQuery
from api.problems import UnknownCursor, responses
from api.proposals import ProposalDesk

router = APIRouter(prefix="/v1/audit", route_class=Door, tags=["committee"])


def _desk(request: Request) -> ProposalDesk:
    desk: ProposalDesk = request.app.state.proposals
    return desk


@router.get("", response_model=proposal_answers.AuditPage, responses=responses(UnknownCursor))
def read_audit(caller: Administrator, page: PageQuery, desk: Annotated[ProposalDesk, Depends(_desk)]) -> Any:
    """Show who did what to prices, newest first; each entry is bound to the one before by its hash."""
    return desk.audit(caller.workspace_id, page)
