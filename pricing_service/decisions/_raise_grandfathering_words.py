"""Who keeps an old price in plain words: what that costs, what it spares, and which version lags most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._words import customers, money, percent

Result = Mapping[str, Any]
_LAGS = 0.02
"""What is paid below the list, a share, from which on a version is said to lag."""


def grandfathering_sentences(result: Result) -> list[str]:
    """Return who keeps its price as sentences; none where nobody does and no version lags."""
    kept = result.get("grandfathering") or {}
    if not kept:
        return []
    return [*_kept(kept, result), *_lags(kept["by_version"])]


def _kept(kept: Result, result: Result) -> list[str]:
    months, currency = result["options"]["grandfather_months"], result["currency"]
    they, their = ("keeps", "its") if kept["customers"] == 1 else ("keep", "their")
    who = [
        f"{customers(kept['customers'])} {they} {their} price for good ({money(kept['mrr'], currency)} a month)"
        if kept["customers"]
        else "",
        f"nobody who pays today is asked a new price for {months} {'month' if months == 1 else 'months'}"
        if months
        else "",
    ]
    said = ", and ".join(part for part in who if part)
    if not said:
        return []
    said = said[0].upper() + said[1:]
    cost, spared = kept["lifetime_value_forgone"], kept["churn_spared"]
    if cost["value"] is None or spared["value"] is None:
        return [f"{said}."]
    low, high = (money(cost[end], currency) for end in ("low", "high"))
    return [
        f"{said}: that forgoes {money(cost['value'], currency)} ({low} to {high}) over "
        f"{result['options']['horizon_months']} months, and spares {100 * spared['value']:.2f} points of customers."
    ]


def _lags(versions: list[Result]) -> list[str]:
    behind = [row for row in versions if (row["list_gap"]["value"] or 0.0) > _LAGS and row["version"]]
    if not behind:
        return []
    row = max(behind, key=lambda each: each["list_gap"]["value"])
    return [
        f"Those on {row['plan']} at its price of {row['version']} ({customers(row['customers'])}) pay "
        f"{percent(row['list_gap']['value'])} less than the newest list price."
    ]
