"""What a point of net retention adds to the company's price."""

from __future__ import annotations

from typing import Any

from models.estimate import Label
from models.retention.valuation import USUAL, MultiplePerPoint, multiple_of_2021
from pricing_service.decisions._growth_ledger import Book


def valuation(
    book: Book, last: dict[str, Any], per_point: MultiplePerPoint, *, line_of_2021: bool
) -> dict[str, Any]:
    """Return what a point more of net retention is worth at today's revenue.

    Parameters
    ----------
    book
        The ledger.
    last
        The latest month with its retention.
    per_point
        The slope that is believed.
    line_of_2021
        Whether the line of that year is shown too.
    """
    yearly = 12 * last["closing_mrr"]
    net = last["nrr"]["value"]
    level = last["nrr"]["level"]
    worth = per_point.of_points(1.0, yearly_revenue=yearly, currency=book.currency, level=level)
    if yearly <= 0:
        worth = Label(unit=book.currency, level=level).unknown("no_revenue", n=0)
    found: dict[str, Any] = {
        "yearly_revenue": yearly,
        "value_of_a_point": worth.to_json(),
        "multiple_per_point": {
            "value": per_point.value, "least": per_point.low, "most": per_point.high,
            "source": per_point.source, "dated": per_point.dated,
        },
        "confounded_by": "growth",
    }  # fmt: skip
    if line_of_2021:
        found["line_of_2021"] = _line_of_2021(net, yearly)
    return found


def _line_of_2021(net: float | None, yearly: float) -> dict[str, Any]:
    """Return the multiple and the price on the line, unknown where it ends: at 93 % it would be worth nothing."""
    multiple = multiple_of_2021(net) if net is not None and net > 0 else 0.0
    if multiple > 0:
        return {"multiple": multiple, "value": multiple * yearly}
    why = "no_net_retention" if net is None else "below_the_line"
    return {"multiple": None, "value": None, "reasons": {"multiple": why, "value": why}}


def slope_of(value: float | None, low: float | None, high: float | None) -> MultiplePerPoint:
    """Return the usual slope, or the caller's own where it gives any of it.

    Ends that a caller leaves out are its value; a value that it leaves out is the usual one, between usual ends.

    Examples
    --------
    >>> slope_of(None, None, 0.6).high, slope_of(0.3, None, None).low
    (0.6, 0.3)
    """
    if value is None and low is None and high is None:
        return USUAL
    if value is None:
        value, low, high = (
            USUAL.value,
            USUAL.low if low is None else low,
            USUAL.high if high is None else high,
        )
    ends = (value if low is None else low, value if high is None else high)
    return MultiplePerPoint(value, *ends, source="given in the options", dated="")
