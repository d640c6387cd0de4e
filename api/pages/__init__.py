"""Pages for people: the report that a pricing committee reads."""

from api.pages.report import render_report

__all__ = ["render_report"]
