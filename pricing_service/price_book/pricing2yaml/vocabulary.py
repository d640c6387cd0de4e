"""The format's words beside ours: field by field, version by version.

Where the format's own pages disagree, both spellings are read: `subscriptionConstraints` has min, max, step in the
guide and minQuantity, maxQuantity, quantityStep in the field list of 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SYNTAX_VERSIONS = ("2.1", "3.0", "3.1")
NEWEST = SYNTAX_VERSIONS[-1]

TOP: Mapping[str, str] = MappingProxyType(
    {
        "saasName": "name",
        "createdAt": "created_on",
        "version": "label",
        "url": "url",
        "tags": "tags",
        "currency": "currency",
        "billing": "billing",
        "variables": "variables",
    }
)

FEATURE: Mapping[str, str] = MappingProxyType(
    {
        "description": "description",
        "tag": "tag",
        "type": "type",
        "integrationType": "integration_type",
        "automationType": "automation_type",
        "pricingUrls": "pricing_urls",
        "docUrl": "doc_url",
        "valueType": "value_type",
        "defaultValue": "default",
        "expression": "expression",
        "serverExpression": "server_expression",
        "render": "render",
    }
)

LIMIT: Mapping[str, str] = MappingProxyType(
    {
        "description": "description",
        "valueType": "value_type",
        "defaultValue": "default",
        "unit": "unit",
        "type": "type",
        "period": "period",
        "trackable": "trackable",
        "linkedFeatures": "linked_features",
        "render": "render",
    }
)

PLAN: Mapping[str, str] = MappingProxyType(
    {
        "description": "description",
        "price": "price",
        "unit": "unit",
        "private": "private",
        "features": "features",
        "usageLimits": "usage_limits",
    }
)

ADD_ON: Mapping[str, str] = MappingProxyType(
    {
        "description": "description",
        "availableFor": "available_for",
        "dependsOn": "depends_on",
        "excludes": "excludes",
        "price": "price",
        "unit": "unit",
        "private": "private",
        "features": "features",
        "usageLimits": "usage_limits",
        "usageLimitsExtensions": "extensions",
        "subscriptionConstraints": "constraints",
    }
)

CONSTRAINTS: Mapping[str, str] = MappingProxyType(
    {
        "min": "minimum",
        "max": "maximum",
        "step": "step",
        "minQuantity": "minimum",
        "maxQuantity": "maximum",
        "quantityStep": "step",
    }
)

SINCE_3 = frozenset({"period", "trackable", "subscriptionConstraints"})
"""Fields that 2.1 does not have; nor has it `custom`."""

GONE_SINCE_3 = MappingProxyType({"TIME_DRIVEN": "NON_RENEWABLE", "RESPONSE_DRIVEN": "NON_RENEWABLE"})
"""Types of usage limits that 3.0 dropped, and what its migration guide writes instead."""

_CONTEXTS = (("planContext", "pricingContext"), ("userContext", "subscriptionContext"))


def newer_expression(text: str) -> str:
    """Write an expression of 2.1 in the words of 3.x."""
    for old, new in _CONTEXTS:
        text = text.replace(old, new)
    return text


def older_expression(text: str) -> str:
    """Write an expression of 3.x in the words of 2.1."""
    for old, new in _CONTEXTS:
        text = text.replace(new, old)
    return text
