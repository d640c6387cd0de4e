"""Codes of growth in plain words: forces, lines of the bridge of value, ways in which a month ends, causes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FORCES: Mapping[str, str] = MappingProxyType(
    {
        "acquisition": "New customers",
        "winbacks": "Customers who came back",
        "expansion": "Expansion",
        "pricing": "Raises of price",
        "retention": "Customers who left or pay less",
    }
)
"""What moves revenue."""

VALUE_LINES: Mapping[str, str] = MappingProxyType(
    {
        "opening": "At the beginning",
        "new": "New customers",
        "lost": "Customers who left",
        "grown": "Grown, at customers who stayed",
        "shrunk": "Shrunk, at customers who stayed",
        "now_known": "Not known before",
        "no_longer_known": "No longer known",
        "closing": "At the end",
    }
)
"""The bridge of the value that customers realise."""

WAYS: Mapping[str, str] = MappingProxyType(
    {"churn": "Leaving", "contraction": "Shrinking", "expansion": "Growing"}
)
"""Which way a customer's month can end."""

CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "units": "number of units",
        "plan_change": "change of plan",
        "discount": "discounts",
        "another_subscription": "further subscriptions",
        "other": "causes that nothing tells",
    }
)
"""What expansion comes from."""
