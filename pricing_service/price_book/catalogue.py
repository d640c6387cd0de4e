"""What plans differ in: features, usage limits and add-ons, described once for the whole book."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pricing_service.price_book.numbers import Amount, Value
from pricing_service.price_book.plans import Name, Noun, Text

ValueType = Literal["BOOLEAN", "NUMERIC", "TEXT"]
FeatureType = Literal[
    "INFORMATION", "INTEGRATION", "DOMAIN", "AUTOMATION", "MANAGEMENT", "GUARANTEE", "SUPPORT", "PAYMENT"
]
IntegrationType = Literal[
    "API", "EXTENSION", "IDENTITY_PROVIDER", "WEB_SAAS", "MARKETPLACE", "EXTERNAL_DEVICE"
]
LimitType = Literal["RENEWABLE", "NON_RENEWABLE", "TIME_DRIVEN", "RESPONSE_DRIVEN"]
Whole = Annotated[int, Field(ge=1, lt=10**9)]


class Feature(Noun):
    """Something that a plan has or has not."""

    name: Name
    type: FeatureType
    value_type: ValueType
    default: Value
    description: Text | None = None
    tag: Text | None = None
    expression: Text | None = None
    server_expression: Text | None = None
    integration_type: IntegrationType | None = None
    automation_type: Text | None = None
    pricing_urls: tuple[Text, ...] | None = None
    doc_url: Text | None = None
    render: Text | None = None


class Period(Noun):
    """After which time a renewable limit begins anew."""

    value: Whole
    unit: Literal["SEC", "MIN", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"]


class UsageLimit(Noun):
    """How much of something a plan allows."""

    name: Name
    type: LimitType
    value_type: ValueType
    default: Value = Field(None, description="null: unlimited")
    unit: Text | None = None
    description: Text | None = None
    linked_features: tuple[Name, ...] | None = None
    period: Period | None = None
    trackable: bool | None = None
    render: Text | None = None


class Constraints(Noun):
    """How often an add-on may be bought at a time; no `maximum` is no bound."""

    minimum: Whole | None = None
    maximum: Whole | None = None
    step: Whole | None = None


class AddOn(Noun):
    """Something that may be bought beside a plan. Who has which is not in the usage, so it is not re-rated."""

    name: Name
    price: Amount | None = None
    price_text: Text | None = None
    unit: Text | None = None
    description: Text | None = None
    private: bool = False
    available_for: tuple[Name, ...] | None = Field(None, description="plans; null: all")
    depends_on: tuple[Name, ...] = ()
    excludes: tuple[Name, ...] = ()
    features: dict[Name, Value] = Field({})
    usage_limits: dict[Name, Value] = Field({})
    extensions: dict[Name, Value] = Field({}, description="added to a usage limit for each that is bought")
    constraints: Constraints | None = None
