"""From a simulation's result to a page: who pays more and less under a draft, one self-contained document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.pages.charts import draw_pictures
from api.pages.charts._palette import PALETTE
from api.pages.report import environment
from pricing_service.money import MINOR_UNITS

Result = Mapping[str, Any]


def render_simulation(result: Result, *, title: str, generated_for: date) -> str:
    """Render a simulation's result as one HTML page that needs nothing from anywhere.

    Parameters
    ----------
    result
        As `re_rating.simulate` returns it.
    title
        The business's name; any text, escaped here.
    generated_for
        The last day of the data.
    """
    currency = result["currency"]
    return environment().get_template("simulation.html").render(
        title=title,
        generated_for=generated_for,
        palette=PALETTE,
        currency=currency,
        exact=lambda amount: f"{amount:,.{MINOR_UNITS[currency]}f}",
        found=result,
        pictures=draw_pictures({"simulation": result}, currency=currency),
    )  # fmt: skip
