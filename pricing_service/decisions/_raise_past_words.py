"""Past raises in plain words: what came of them, whether it was the raise, and what that is no evidence of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._raise_past import KEPT, STAYS, USE
from pricing_service.decisions._words import chance, customers, percent

Past = Mapping[str, Any]
_SAID = {
    STAYS: "Of those who stay, bills {moved} because of it",
    KEPT: "Those who left counted, they kept {share} of their bill before than those not raised",
    USE: "In months with use, units {moved} because of it",
}


def past_sentences(past: Past) -> list[str]:
    """Return what past raises did as sentences; nothing where nothing is known."""
    known = {each["outcome"]: each for each in past["outcomes"] if each["effect"]["value"] is not None}
    if not known:
        return []
    waves = len(past["waves"])
    begin = (
        f"{customers(past['told'])} {'was' if past['told'] == 1 else 'were'} told a raise before, of "
        f"{percent(past['asked'])} as a rule, in {waves} {'month' if waves == 1 else 'months'}; they are set beside "
        "those who were not raised, or not yet."
    )
    return [begin, *(_effect(name, each) for name, each in known.items()), *_trend(known), *_chosen(past)]


def _effect(name: str, entry: Past) -> str:
    effect = entry["effect"]
    value, low, high = (effect[end] for end in ("value", "low", "high"))
    said = _SAID[name].format(
        moved=f"{'rose' if value >= 0 else 'fell'} by {_exact(abs(value))}",
        share=f"{_exact(abs(value))} {'more' if value >= 0 else 'less'}",
    )
    unsure = " It may be nothing." if low <= 0 <= high else ""
    return f"{said} ({_exact(low)} to {_exact(high)}).{unsure}"


def _exact(share: float) -> str:
    """Return a share with a decimal, for effects are small; never a minus before nothing."""
    return f"{round(100 * share, 1) + 0.0:.1f} %"


def _trend(known: Mapping[str, Past]) -> list[str]:
    entry = known.get(STAYS)
    if entry is None or entry["trend_before"]["chance"] is None:
        return []
    months = [row for row in entry["months"] if row["month"] < 0]
    by = chance(entry["trend_before"]["chance"])
    if entry["trend_before"]["verdict"] == "seen":
        return [
            f"In the {len(months)} months before, bills of those raised already went another way than the others' "
            f"(chance if there were no difference: {by}): do not read what came after as the raise's doing."
        ]
    return [
        f"In the {len(months)} months before, bills of those raised went like the others', as far as can be seen "
        f"(chance of as large a difference: {by}); a small one could hide."
    ]


def _chosen(past: Past) -> list[str]:
    chosen = past["told"] - past["given"]
    if not chosen:
        return []
    return [
        f"{customers(chosen)} {'was' if chosen == 1 else 'were'} raised by decision, perhaps because they would stay: "
        "take this as evidence of revenue, not of how many leave for a raise."
    ]
