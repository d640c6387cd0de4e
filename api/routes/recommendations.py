"""Recommendations, as CRMs read them: one customer, many at once, leads, offers, and what became of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api import recommendation_answers as answers
from api.door import Door
from api.keys import RecommendationReader
from api.paging import PageQuery
from api.problems import Conflict, Missing, TooLarge, UnknownCursor, WrongMediaType, responses
from api.recommendations import asked
from api.recommendations.answering import answered
from api.recommendations.desk import RecommendationDesk

router = APIRouter(prefix="/v1", route_class=Door, tags=["recommendations"])


def _desk(request: Request) -> RecommendationDesk:
    desk: RecommendationDesk = request.app.state.recommendations
    return desk


Desk = Annotated[RecommendationDesk, Depends(_desk)]
IfNoneMatch = Annotated[str | None, Header(description="the ETag of a copy that the caller has")]
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller's copy is still right"}}
_POSTED = responses(Missing, TooLarge, WrongMediaType)


@router.get(
    "/customers/by-external-id/{system}/{external_id:path}/recommendation",
    response_model=answers.Recommendation,
    responses=_UNCHANGED | responses(Missing),
)
def read_recommendation_by_external_id(
    *,
    caller: RecommendationReader,
    system: str,
    external_id: str,
    desk: Desk,
    if_none_match: IfNoneMatch = None,
) -> Any:
    """Show what is recommended for the customer that another system calls so."""
    return answered(desk.by_external_id(caller.workspace_id, system, external_id), if_none_match)


@router.get(
    "/customers/{customer_id:path}/recommendation",
    response_model=answers.Recommendation,
    responses=_UNCHANGED | responses(Missing),
)
def read_recommendation(
    *, caller: RecommendationReader, customer_id: str, desk: Desk, if_none_match: IfNoneMatch = None
) -> Any:
    """Show what is recommended for one customer; only decisions that are published."""
    return answered(desk.read(caller.workspace_id, customer_id), if_none_match)


@router.get("/recommendations", response_model=answers.RecommendationPage, responses=responses(UnknownCursor))
def list_recommendations(
    *,
    caller: RecommendationReader,
    page: PageQuery,
    desk: Desk,
    changed_since: Annotated[
        asked.Moment | None, Query(description="a moment; only what changed after it, by time of change")
    ] = None,
) -> Any:
    """List recommendations in the order in which they changed."""
    return Response(
        desk.changed_since(caller.workspace_id, changed_since, page), media_type="application/json"
    )


@router.post(
    "/recommendations",
    response_model=answers.RecommendationItems,
    responses=_POSTED,
    openapi_extra=asked.body_of("bulk"),
)
def read_recommendations(
    caller: RecommendationReader,
    wanted: Annotated[asked.BulkRequest, Depends(asked.received_bulk)],
    desk: Desk,
) -> Any:
    """Show what is recommended for up to 1,000 customers, each with its status."""
    return Response(desk.bulk(caller.workspace_id, wanted.customer_ids), media_type="application/json")


@router.post(
    "/leads/recommendation",
    response_model=answers.LeadRecommendation,
    responses=_POSTED,
    openapi_extra=asked.body_of("lead"),
)
def read_lead_recommendation(
    caller: RecommendationReader,
    lead: Annotated[asked.LeadRequest, Depends(asked.received_lead)],
    desk: Desk,
) -> Any:
    """Say what to offer a lead: fit, expected worth, tier and quote."""
    return desk.lead(caller.workspace_id, lead)


@router.post(
    "/quotes/guidance",
    response_model=answers.QuoteGuidance,
    responses=_POSTED,
    openapi_extra=asked.body_of("quote"),
)
def read_quote_guidance(
    caller: RecommendationReader,
    offer: Annotated[asked.QuoteRequest, Depends(asked.received_quote)],
    desk: Desk,
) -> Any:
    """Guide one offer: where to stop, what to ask, what to try, and how likely it is taken."""
    return desk.quote(caller.workspace_id, offer)


@router.post(
    "/recommendations/{recommendation_id}/feedback",
    status_code=201,
    response_model=answers.KeptFeedback,
    responses=_POSTED | responses(Conflict),
    openapi_extra=asked.body_of("feedback"),
)
def create_recommendation_feedback(
    *,
    caller: RecommendationReader,
    recommendation_id: str,
    said: Annotated[asked.FeedbackRequest, Depends(asked.received_feedback)],
    desk: Desk,
) -> Any:
    """Keep what was done with a recommendation; the same said twice is kept once."""
    return desk.keep_feedback(caller.workspace_id, recommendation_id, said, by=caller.name)
