"""What foretells leaving, shrinking and growing, as one table: a covariate a row, a way a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.growth_words import WAYS
from api.pages.words import reason_in_words

Result = Mapping[str, Any]


def moves(growth: Result) -> dict[str, Any]:
    """Return the ways that are told, a row a covariate, how chances came true, and why other ways are silent.

    >>> moves({"ends": {"churn": {"reason": "too_few_left", "effects": []}}})["silent"]
    [('Leaving', 'too few customers left')]
    """
    ends = growth.get("ends") or {}
    told = {way: found for way in WAYS if (found := ends.get(way) or {}).get("effects")}
    rows: dict[str, dict[str, Any]] = {}
    for way, found in told.items():
        for each in found["effects"]:
            row = rows.setdefault(str(each["covariate"]), {"words": each["words"], "ways": {}})
            row["ways"][way] = each
    silent = [
        (WAYS[way], reason_in_words(found["reason"])) for way, found in ends.items() if found.get("reason")
    ]
    return {
        "ways": {way: WAYS[way] for way in told},
        "rows": list(rows.values()),
        "tried": {
            way: (found.get("out_of_time") or {}).get("observed_to_expected") for way, found in told.items()
        },
        "first": {way: found.get("first_within_a_year") for way, found in told.items()},
        "silent": silent,
    }
