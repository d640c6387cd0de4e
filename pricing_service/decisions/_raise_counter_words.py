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
    gives = [row for row in groups if row["lowest_counter"]["value"] < row["raise"] - _FIRM]
    if not gives:
        return ["Whoever offers less than it is asked is better held to the raise, in every group."]
    firm = "" if len(gives) == len(groups) else " In the other groups hold to the raise."
    return [
        f"Who offers less than it is asked is better accepted from {_span(gives, 'lowest_counter')} on, and held to "
        f"its raise below that: the same for all of a group, whoever threatens.{firm} If all came to offer less, it "
        f"would be from {_span(gives, 'lowest_counter_if_all')} on."
    ]


def _span(groups: list[Result], name: str) -> str:
    found = [row[name]["value"] for row in groups]
    low, high = min(found), max(found)
    ends = [_share(low), _share(high)] if low < _FIRM else [_share(low), f"{100 * high:.1f} %"]
    return ends[0] if _share(low) == _share(high) else f"{ends[0]} to {ends[1]}, by group,"


def _share(share: float) -> str:
    return f"a raise of {100 * share:.1f} %" if share >= _FIRM else "its old price"
