"""Decisions: one module a kind of analysis. They take the panel and return plain values; they store nothing."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Mapping
from typing import Any

from models.registry import discover
from pricing_service.decisions._base import Decision, Need, Options, Outcome, Progress

__all__ = ["DECISIONS", "Need", "Options", "Outcome", "Progress", "canonical_json", "missing_tables"]

DECISIONS: Mapping[str, type[Decision]] = discover(sys.modules[__name__], Decision)
"""Every kind of analysis, by the name that the API calls it."""


def missing_tables(kind: str, tables: Collection[str]) -> list[Need]:
    """Return the needs of a kind that the dataset's tables leave open; empty where it can be answered."""
    return [need for need in DECISIONS[kind].needs if not set(need.tables) & set(tables)]


def canonical_json(result: dict[str, Any]) -> bytes:
    """Return the bytes of a result: keys sorted, shortest exact floats, so that equal results are equal bytes.

    Raises
    ------
    ValueError
        If a number is not finite, naming where it stands: what is unknown must be null with a reason.
    """
    _refuse_not_finite(result, "")
    return json.dumps(
        result, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def _refuse_not_finite(value: object, path: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{path or '/'} is {value}: what is unknown must be null with a reason")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_not_finite(inner, f"{path}/{key}")
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            _refuse_not_finite(inner, f"{path}/{at}")
