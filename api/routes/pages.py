"""What a person sees in a browser: the newest report with the list of analyses above it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import front_page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def read_front_page(request: Request) -> str:
    """Show the newest report of the local workspace, and its analyses."""
    return front_page.newest(request.app.state)


@router.get("/reports/{analysis_id}")
def read_report_page(request: Request, analysis_id: str) -> str:
    """Show one report of the local workspace."""
    return front_page.one(request.app.state, analysis_id)
