"""Which version of its plan's price each customer is on: that of the price book when its price was last set.

A version begins on a day from which lines of the plan are valid (`valid_from` of `price_book`). Whose price was set
before the first such day is on the version before it; where no line of a plan says from when on, nothing tells.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidInput
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._raise_contracts import Contract
from pricing_service.panel import StoredPanel

AT = "@"
"""Between a plan and the version of its price."""


def price_versions(
    panel: StoredPanel, agreed: Sequence[Contract], raised: Sequence[date | None]
) -> NDArray[np.str_]:
    """Return the version of each of n customers, as the day on which it began, "" where nothing tells.

    Parameters
    ----------
    agreed
        What each has agreed to: its plan, and since when it is on it.
    raised
        When its price was last raised, None where it was not.
    """
    begins = _begins(panel)
    return np.array(
        [_version(begins.get(each.plan, []), each.on_plan_since, last)
         for each, last in zip(agreed, raised, strict=True)],
        dtype=str,
    )  # fmt: skip


def kept_for_good(
    names: Sequence[str], plans: NDArray[np.str_], versions: NDArray[np.str_]
) -> NDArray[np.bool_]:
    """Return which customers (n,) are named, by their plan or by `plan@version`."""
    named, own = np.array(names, dtype=str), np.array(_full(plans, versions), dtype=str)
    found: NDArray[np.bool_] = np.isin(plans, named) | np.isin(own, named)
    return found


def require_versions(
    panel: StoredPanel, names: Sequence[str], plans: NDArray[np.str_], versions: NDArray[np.str_]
) -> None:
    """Refuse names of plans, or of `plan@version`, that are neither a customer's nor in the price book.

    Raises
    ------
    InvalidInput
        Naming the option, the first such name, and what there is.
    """
    if not names:
        return
    listed = [(plan, day.isoformat()) for plan, days in _begins(panel).items() for day in days]
    of_book = {each for plan, day in listed for each in (plan, f"{plan}{AT}{day}")}
    there = {*plans.tolist(), *_full(plans, versions), *of_book} - {""}
    for name in names:
        if name not in there:
            raise InvalidInput(
                f"options.grandfather: {name!r} is no plan and no plan{AT}version in the data; "
                f"there are {sorted(there)}"
            )


def _full(plans: NDArray[np.str_], versions: NDArray[np.str_]) -> list[str]:
    """Return `plan@version` of each, "" where either is not known."""
    both = zip(plans.tolist(), versions.tolist(), strict=True)
    return [f"{plan}{AT}{version}" if plan and version else "" for plan, version in both]


def _version(begins: list[date], on_plan_since: date | None, raised: date | None) -> str:
    told = [day for day in (on_plan_since, raised) if day is not None]
    if not begins or not told:
        return ""
    at = bisect_right(begins, max(told))
    return begins[at - 1].isoformat() if at else f"before {begins[0].isoformat()}"


def _begins(panel: StoredPanel) -> dict[str, list[date]]:
    """Return the days from which lines of each plan are valid, the first one first."""
    tables = contract_tables(panel)
    if "price_book" not in tables:
        return {}
    book = tables["price_book"]
    dated = book.filter(book.valid_from.notnull()).select("plan", "valid_from").distinct()
    found: dict[str, list[date]] = {}
    for row in dated.order_by("plan", "valid_from").to_pyarrow().to_pylist():
        found.setdefault(row["plan"], []).append(row["valid_from"])
    return found
