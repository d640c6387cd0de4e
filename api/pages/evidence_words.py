"""Why weaker evidence of how churn answers to price is not used, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WEAKER: Mapping[str, str] = MappingProxyType(
    {
        "not_accepted": "nobody said that weaker evidence may tell it",
        "stronger_evidence": "stronger evidence tells it",
        "no_group_raises": "no raise was told to all of a plan by policy",
        "trend_before": "plans that were raised lost customers at another rate before",
        "no_price_versions": "no plan had two list prices, and nothing else changed, at which enough customers came",
        "plans_moved_together": "no plan kept its list price, or changed it on another day, to compare with",
        "versions_differ_before": "customers who came at different list prices differed before",
        "nothing_known_before": "nothing was known of customers before that could be compared",
        "no_variation_before": "it is the same of all customers of a plan",
        "no_dated_lines": "no line of the plan says from when on it holds",
        "several_list_prices": "it has more than one price",
    }
)
