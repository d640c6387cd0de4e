"""The page at `/`: on a local service the newest report with the analyses above it, elsewhere a sign.

A browser sends no key, so pages show data only where the service listens to this machine alone (`--dev`,
`demo`).
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from api.local_workspace import LOCAL
from api.problems import Missing

_SIGN = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>pricing-service</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}</style>"
    "</head><body><h1>pricing-service</h1><p>%s</p></body></html>"
)
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)


def newest(state: Any) -> str:
    """Show the newest report with the list of analyses."""
    if not state.settings.dev:
        return _SIGN % 'The API is described at <a href="/openapi.json">/openapi.json</a>.'
    analyses, report = state.analyses.newest_report(LOCAL)
    if report is None:
        page = _SIGN % "There is no report yet. Ask for one with <code>POST /v1/analyses</code>."
    else:
        page = report.read_text()
    return _BODY.sub(lambda body: body[0] + _listed(analyses), page, count=1)


def one(state: Any, analysis_id: str) -> str:
    """Show one report."""
    if not state.settings.dev:
        raise Missing("There is nothing here.")
    text: str = state.analyses.report(LOCAL, analysis_id).read_text()
    return text


def _listed(analyses: list[dict[str, Any]]) -> str:
    items = "".join(f"<li>{_line(analysis)}</li>" for analysis in analyses)
    style = "font:14px/1.5 system-ui,sans-serif;padding:.5rem 1rem;border-bottom:1px solid #ddd"
    return f'<details style="{style}"><summary>{len(analyses)} analyses</summary><ul>{items}</ul></details>'


def _line(analysis: dict[str, Any]) -> str:
    words = escape(f"{analysis['kind']}, {analysis['status']}, {analysis['created_at']:%Y-%m-%d %H:%M} UTC")
    if analysis["status"] != "succeeded":
        return words
    return f'<a href="/reports/{escape(analysis["id"])}">{words}</a>'
