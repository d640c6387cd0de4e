"""Analyses: ask, wait, read, cancel."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse

from api import analysis_request, answers
from api.analyses import AnalysisDesk
from api.analysis_request import AnalysisRequest
from api.door import Door
from api.keys import Analyst, DataReader
from api.paging import PageQuery
from api.preferences import Wait, WantsCsv, WantsHtml
from api.problems import Conflict, Missing, TooLarge, TooMany, UnknownCursor, WrongMediaType, responses

router = APIRouter(prefix="/v1/analyses", route_class=Door, tags=["analyses"])


class MarkdownResponse(Response):
    """An answer in Markdown."""

    media_type = "text/markdown"


def _desk(request: Request) -> AnalysisDesk:
    desk: AnalysisDesk = request.app.state.analyses
    return desk


Desk = Annotated[AnalysisDesk, Depends(_desk)]


@router.post(
    "",
    status_code=202,
    response_model=answers.Analysis,
    responses={
        200: {"model": answers.Analysis, "description": "It ended while the caller waited"},
        **responses(Missing, Conflict, TooLarge, WrongMediaType, TooMany),
    },
    openapi_extra={"requestBody": analysis_request.request_body()},
)
async def create_analysis(
    *,
    caller: Analyst,
    asked: Annotated[AnalysisRequest, Depends(analysis_request.read_analysis_request)],
    wait: Wait,
    desk: Desk,
    response: Response,
) -> Any:
    """Queue an analysis; with `Prefer: wait=30` the answer waits for its end."""
    analysis, ended = await desk.ask(caller.workspace_id, asked, seconds=wait)
    response.headers["location"] = f"/v1/analyses/{analysis['id']}"
    response.status_code = 200 if ended else 202
    return analysis


@router.get("", response_model=answers.AnalysisPage, responses=responses(UnknownCursor))
def list_analyses(caller: DataReader, page: PageQuery, desk: Desk) -> Any:
    """List the analyses, newest first."""
    return desk.page(caller.workspace_id, page)


@router.get("/{analysis_id}", response_model=answers.Analysis, responses=responses(Missing))
def read_analysis(caller: DataReader, analysis_id: str, desk: Desk) -> Any:
    """Show one analysis: how far it has come, or its result."""
    return desk.read(caller.workspace_id, analysis_id)


@router.delete("/{analysis_id}", response_model=answers.Analysis, responses=responses(Missing, Conflict))
def cancel_analysis(caller: Analyst, analysis_id: str, desk: Desk) -> Any:
    """Cancel a queued or running analysis."""
    return desk.cancel(caller.workspace_id, analysis_id)


@router.get(
    "/{analysis_id}/rows",
    response_model=answers.RowPage,
    responses={200: {"content": {"text/csv": {}}}, **responses(Missing, Conflict)},
)
def read_analysis_rows(
    *, caller: DataReader, analysis_id: str, page: PageQuery, csv: WantsCsv, desk: Desk
) -> Any:
    """Show the per-customer table, a page at a time, or all of it as CSV."""
    if csv:
        return StreamingResponse(desk.rows_csv(caller.workspace_id, analysis_id), media_type="text/csv")
    return desk.rows_page(caller.workspace_id, analysis_id, page)


@router.get(
    "/{analysis_id}/report",
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}}, **responses(Missing, Conflict)},
)
def read_analysis_report(caller: DataReader, analysis_id: str, desk: Desk) -> Any:
    """Show the report: one self-contained page."""
    return FileResponse(desk.report(caller.workspace_id, analysis_id), media_type="text/html; charset=utf-8")


@router.get(
    "/{analysis_id}/letters/{customer_id:path}",
    response_class=MarkdownResponse,
    responses={200: {"content": {"text/html": {}}}, **responses(Missing, Conflict)},
)
def read_analysis_letter(
    *, caller: DataReader, analysis_id: str, customer_id: str, html: WantsHtml, desk: Desk
) -> Any:
    """Show the letter that tells one customer its raise: Markdown to be edited, or a page (`Accept: text/html`)."""
    letter = desk.letter(caller.workspace_id, analysis_id, customer_id)
    return HTMLResponse(letter.page()) if html else MarkdownResponse(letter.markdown())
