"""Why a price is raised or is not, and why a number of raises is not known, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RAISE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "value_unknown": "nothing tells what they get",
        "pays_its_share_already": "they pay their share of their value already",
        "not_earned": "their value has not grown enough since their last price",
        "raise_coming": "they were told a raise that is not in force yet",
        "raised_recently": "their price was set within a year",
        "not_due_in_time": "their price may not change within the months that count",
        "contract_allows_none": "their contract allows no raise",
        "not_worth_its_churn": "a raise would cost more in churn than it brings",
        "value_added": "their value has grown since their last price",
        "catch_up": "they pay less than the fair share of the value that they had before",
        "hold_out": "the lot holds it out, to learn from",
        "no_hold_out": "nobody is held out",
        "nobody_is_raised": "the plan raises nobody",
        "only_the_change_is_told": "only what changes is told, not what a buyer would pay",
        "wave_too_small": "the wave is too small to tell",
        "grandfathered": "they keep their price for good",
        "nobody_is_grandfathered": "nobody keeps an old price",
        "version_not_known": "nothing tells on which version of the price they are",
        "not_on_price_list": "the price list does not tell what they would pay",
    }
)
