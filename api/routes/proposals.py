"""Proposals of the pricing committee: propose, edit, vote, publish, roll back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from api import proposal_answers, proposal_request
from api.door import Door
from api.keys import Approver, DataReader, Proposer, Publisher
from api.paging import PageQuery
from api.problems import Conflict, Missing, TooLarge, UnknownCursor, WrongMediaType, responses
from api.proposal_request import EditRequest, EnactRequest, ProposalRequest, VoteRequest
from api.proposals import ProposalDesk
from api.today import Today

router = APIRouter(prefix="/v1/proposals", route_class=Door, tags=["committee"])
_REFUSALS = responses(Missing, Conflict, TooLarge, WrongMediaType)


def _desk(request: Request) -> ProposalDesk:
    desk: ProposalDesk = request.app.state.proposals
    return desk


Desk = Annotated[ProposalDesk, Depends(_desk)]


@router.post(
    "",
    status_code=201,
    response_model=proposal_answers.Proposal,
    responses=_REFUSALS,
    openapi_extra={"requestBody": proposal_request.body("proposal")},
)
def create_proposal(
    *,
    caller: Proposer,
    asked: Annotated[ProposalRequest, Depends(proposal_request.received_proposal)],
    today: Today,
    desk: Desk,
    response: Response,
) -> Any:
    """Propose what a finished analysis says, or a draft of the price book; a menu of tiers becomes a draft."""
    made = desk.propose(caller.workspace_id, asked, by=caller.name, today=today)
    response.headers["location"] = f"/v1/proposals/{made['id']}"
    return made


@router.get("", response_model=proposal_answers.ProposalPage, responses=responses(UnknownCursor))
def list_proposals(caller: DataReader, page: PageQuery, desk: Desk) -> Any:
    """List the proposals, newest first."""
    return desk.page(caller.workspace_id, page)


@router.get("/{proposal_id}", response_model=proposal_answers.Proposal, responses=responses(Missing))
def read_proposal(*, caller: DataReader, proposal_id: str, today: Today, desk: Desk) -> Any:
    """Show one proposal: whom it affects most, its best and worst case, its votes, the way back."""
    return desk.read(caller.workspace_id, proposal_id, today=today)


@router.get(
    "/{proposal_id}/report",
    response_class=HTMLResponse,
    responses={200: {"content": {"text/html": {}}}, **responses(Missing)},
)
def read_proposal_report(*, caller: DataReader, proposal_id: str, today: Today, desk: Desk) -> Any:
    """Show one proposal as a self-contained page: what the committee looks at before it votes."""
    return HTMLResponse(desk.report(caller.workspace_id, proposal_id, today=today))


@router.put(
    "/{proposal_id}",
    response_model=proposal_answers.Proposal,
    responses=_REFUSALS,
    openapi_extra={"requestBody": proposal_request.body("edit")},
)
def edit_proposal(
    *,
    caller: Proposer,
    proposal_id: str,
    asked: Annotated[EditRequest, Depends(proposal_request.received_edit)],
    today: Today,
    desk: Desk,
) -> Any:
    """Edit an open proposal, which voids its votes; who edits cannot approve it."""
    return desk.edit(caller.workspace_id, proposal_id, asked, by=caller.name, today=today)


@router.post(
    "/{proposal_id}/votes",
    status_code=201,
    response_model=proposal_answers.Proposal,
    responses=_REFUSALS,
    openapi_extra={"requestBody": proposal_request.body("vote")},
)
def vote_on_proposal(
    *,
    caller: Approver,
    proposal_id: str,
    asked: Annotated[VoteRequest, Depends(proposal_request.received_vote)],
    today: Today,
    desk: Desk,
) -> Any:
    """Approve or reject exactly this content; a later vote takes the place of the earlier."""
    return desk.vote(caller.workspace_id, proposal_id, asked, by=caller.name, today=today)


@router.post(
    "/{proposal_id}/publish",
    response_model=proposal_answers.Proposal,
    responses=_REFUSALS,
    openapi_extra={"requestBody": proposal_request.body("enactment")},
)
def publish_proposal(
    *,
    caller: Publisher,
    proposal_id: str,
    asked: Annotated[EnactRequest, Depends(proposal_request.received_enactment)],
    today: Today,
    desk: Desk,
) -> Any:
    """Publish an approved proposal from a day on, its price book with it."""
    return desk.publish(caller.workspace_id, proposal_id, asked, by=caller.name, today=today)


@router.post(
    "/{proposal_id}/withdraw",
    response_model=proposal_answers.Proposal,
    responses=responses(Missing, Conflict),
)
def withdraw_proposal(*, caller: Publisher, proposal_id: str, today: Today, desk: Desk) -> Any:
    """Withdraw a proposal; after its publication what was before is in force again."""
    return desk.withdraw(caller.workspace_id, proposal_id, by=caller.name, today=today)
