"""What must be known before relying on growth's numbers: lost rows, implausible figures, raises that do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._growth_segments import TODAY
from pricing_service.decisions._words import customers
from pricing_service.panel import StoredPanel
from pricing_service.panel.mrr import SOURCES

Result = Mapping[str, Any]
MOSTLY_REFUSED = "rows_in_quarantine"
_MANY = 0.2
"""Share of rows in quarantine from which on what is left may be another business."""
_PLAUSIBLE = (0.3, 1.5)
"""Net retention of a year beyond which the data are likelier to be wrong than the business to be so."""
_MOST_GROWTH = 3.0
"""Times today's revenue beyond which a forecast follows a formula, not experience."""


def growth_caveats(result: Result, book: Book, panel: StoredPanel) -> list[dict[str, str]]:
    """Return what a reader must know before relying on the numbers, what weighs most first."""
    last = result["months"][-1]
    found = [*_refused_rows(panel), *_implausible(result), *_unforeseen(result)]
    found += [(each["code"], each["message"]) for each in last["nrr"]["warnings"] + last["grr"]["warnings"]]
    if book.below_zero:
        text = (
            f"What {customers(book.below_zero)} would pay a month falls below 0 and counts as nothing there, as if they"
            " had left. See that movements take no more away than there was, and that credits are no subscriptions."
        )
        found.append(("mrr_below_zero", text))
    if book.unseen_raises:
        text = (
            f"Of {book.told_raises:,} accepted raises of price {book.unseen_raises:,} are left out: what the customer"
            " pays did not change in that month. See that price_changes and subscriptions name the same months."
        )
        found.append(("raises_not_in_mrr", text))
    if book.found_raises:
        text = (
            f"{book.found_raises:,} raises of price are read off list prices in subscriptions, not told in"
            " price_changes: the price of the same plan rose per unit. They are counted as raises, not as expansion."
        )
        found.append(("raises_found_in_list_prices", text))
    found += _of_today(result)
    if not book.ledger.before.any():
        opening = result["months"][0]
        if opening["new"] > 0.2 * last["closing_mrr"]:
            text = (
                f"All customers of the first month, {opening['month']}, count as new in it: nothing says who signed up"
                " before. Give `signed_up` in customers, or start the history earlier."
            )
            found.append(("history_starts_full", text))
    return [{"code": code, "message": text} for code, text in dict(found).items()]


def _of_today(result: Result) -> list[tuple[str, str]]:
    """Say which segments are those of today, though retention looks back."""
    today = sorted({row["trait"] for row in result["by_segment"] if row["as_of"] == TODAY})
    text = (
        f"Segments by {', '.join(today)} are those of today, for nobody wrote down what they were when the window"
        " began: who has changed since, or because of how it went, counts where it is now. `trait_history` would tell."
    )
    return [("traits_of_today", text)] if today else []


def _refused_rows(panel: StoredPanel) -> list[tuple[str, str]]:
    told = panel.dataset.report.get("tables", {}) if panel.dataset else {}
    source = next((name for name in SOURCES if name in told), None)
    counts = told.get(source) or {}
    lost, read = counts.get("quarantined", 0), counts.get("read", 0)
    if not read or lost / read <= _MANY:
        return []
    text = (
        f"{lost:,} of {read:,} rows of {source} are in quarantine and count for nothing; the data report says why."
        " Where a customer has several subscriptions at a time, give each its `subscription_id`."
    )
    return [(MOSTLY_REFUSED, text)]


def _unforeseen(result: Result) -> list[tuple[str, str]]:
    """Say why there is no forecast, where there is none."""
    window = result["convention"]["window_months"]
    needs = {
        "history_too_short": f"{window} whole months of history, as many as retention compares",
        "insufficient_customers": "ten customers who pay today, and 36 months of customers",
    }.get(result["reasons"].get("forecast", ""))
    return [("no_forecast", f"Nothing is foreseen: a forecast needs {needs}.")] if needs else []


def _implausible(result: Result) -> list[tuple[str, str]]:
    found = []
    net = result["months"][-1]["nrr"]["value"]
    if net is not None and not _PLAUSIBLE[0] <= net <= _PLAUSIBLE[1]:
        text = (
            f"Net retention of {net:.0%} is rarer than a mistake in the data: see that subscriptions end where"
            " customers left, and that the history holds those who left as well as those who stayed."
        )
        found.append(("implausible_retention", text))
    ahead = result["forecast"][-1]["mrr"]["value"] if result["forecast"] else None
    if ahead is not None and ahead > _MOST_GROWTH * result["months"][-1]["closing_mrr"]:
        text = "The forecast carries growth on that no business keeps up for long: do not rely on it."
        found.append(("grows_beyond_experience", text))
    return found
