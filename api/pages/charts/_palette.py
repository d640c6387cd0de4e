"""The colours of charts and page, each with its light and its dark value."""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """A colour as charts carry it (`light`), and what it becomes on dark paper."""

    light: str
    dark: str


PALETTE: dict[str, Colour] = {
    "paper": Colour("#ffffff", "#14181d"),
    "ink": Colour("#1a232c", "#e9edf0"),
    "muted": Colour("#5a6671", "#a3afb9"),
    "rule": Colour("#e2e7eb", "#2c343c"),
    "quiet": Colour("#9aa6b0", "#6d7a85"),
    "accent": Colour("#0a6c63", "#4cc4b4"),
    "second": Colour("#b1570f", "#eda15f"),
}
"""Charts are drawn in the light values; the page's style sheet turns them where the reader prefers dark.

Against their paper, ink, muted, accent and second keep the contrast of 4.5 : 1 that small text needs."""

PAPER, INK, MUTED, RULE, QUIET, ACCENT, SECOND = (colour.light for colour in PALETTE.values())
