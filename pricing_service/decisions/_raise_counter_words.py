"""Counter-offers in plain words: how often they come, and from which on one is better accepted than refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._words import customers, percent

Result = Mapping[str, Any]
_FIRM = 0.0005
"""Shares of a raise that are no less than it."""


def counter_sentences(result: Result) -> list[str]:
    """Return what is known of counter-offers as sentences; none where nobody is raised."""
    groups = (result["policy"] or {}).get("groups") or []
    return [*_seen(result["bargaining"]), *_guidance(groups)] if groups else []


def _seen(bargaining: Result) -> list[str]:
    if not bargaining.get("counters"):
        return []
    countered, conceded = bargaining["countered"], bargaining["conceded"]
    they = "It then pays" if bargaining["counters"] == 1 else "They then pay"
    return [
        f"Of {customers(countered['n'])} who were asked more and stayed, {bargaining['counters']} offered less. {they} "
        f"{percent(conceded['value'])} of the raise."
    ]


def _guidance(groups: list[Result]) -> list[str]:
    lowest = [row["lowest_counter"]["value"] for row in groups]
    gives = [least for least, row in zip(lowest, groups, strict=True) if least < row["raise"] - _FIRM]
    if not gives:
        return ["Whoever offers less than it is asked is better held to the raise, in every group."]
    low, high = _share(min(gives)), _share(max(gives))
    span = low if low == high else f"{low} to {high}, by group,"
    firm = "" if len(gives) == len(groups) else " In the other groups hold to the raise."
    return [
        f"Who offers less than it is asked is better accepted from a raise of {span} on, and held to the raise below "
        f"that: the same for all of a group, whoever threatens.{firm}"
    ]


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
