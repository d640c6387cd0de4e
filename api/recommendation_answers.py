"""The shapes of what CRMs are answered; callers rely on these names."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

Reasons = dict[str, str]


class Current(BaseModel):
    """What a customer has today."""

    plan: str | None
    mrr: float | None
    reasons: Reasons = Field({}, description="why a null is null")


class Tier(BaseModel):
    """The published tier that a customer would choose."""

    name: str
    price: float
    included_units: float | None
    overage_price: float | None
    bill: float | None = Field(description="what it would pay a month with its own usage")
    change: float | None = Field(description="of its bill, money a month")
    reasons: list[str]
    reasons_for_null: Reasons = {}


class Raise(BaseModel):
    """A raise that is published."""

    to_mrr: float
    share: float
    effective: date | None
    reasons: list[str]
    reasons_for_null: Reasons = {}


class IdealFit(BaseModel):
    """How a customer fits the ideal one."""

    score: float | None
    ideal: bool | None
    reasons: Reasons = {}


class Value(BaseModel):
    """What a customer gets a month, and how much of it we are paid."""

    monthly: float | None
    captured_share: float | None
    reasons: Reasons = {}


class Recommendation(BaseModel):
    """All that a CRM shows beside one customer."""

    id: str
    customer_id: str
    as_of: date
    currency: str
    current: Current
    tier: Tier | None
    to_raise: Raise | None = Field(alias="raise")
    ideal: IdealFit
    value: Value
    renewal_risk: float | None = Field(description="chance to leave within a year at today's price")
    next_value: dict[str, Any] | None
    price_book_version: str | None
    headline: str
    confidence: Literal["high", "medium", "low", "none"]
    valid_until: date
    reasons: Reasons = Field(description="why a null is null")
    etag: str


class RecommendationPage(BaseModel):
    """Recommendations in the order of their change."""

    data: list[Recommendation]
    next_cursor: str | None
    has_more: bool


class ItemFault(BaseModel):
    """Why one of many has no recommendation."""

    code: str
    message: str


class RecommendationItem(BaseModel):
    """One of many, with its own status."""

    customer_id: str
    status: int
    recommendation: Recommendation | None
    error: ItemFault | None


class RecommendationItems(BaseModel):
    """As many as were asked for, in their order."""

    data: list[RecommendationItem]


class OfferedTier(BaseModel):
    """A published tier."""

    name: str
    price: float
    included_units: float | None
    overage_price: float | None


class Quote(BaseModel):
    """What a lead would pay."""

    monthly: float
    unit: str


class LeadRecommendation(BaseModel):
    """What to offer a lead."""

    as_of: date
    currency: str
    metric: str | None
    ideal: dict[str, Any] | None = Field(description="score with its interval, and what moves it")
    worth: dict[str, Any] | None = Field(description="estimate of what it would gain a month")
    tier: OfferedTier | None
    quote: Quote | None
    reasons: Reasons


class QuoteGuidance(BaseModel):
    """Guidance for one offer, money a month."""

    floor: float | None
    target: float | None
    stretch: float | None
    win_probability: float | None
    reasons: list[str]
    metric: str | None
    as_of: date
    unit: str
    reasons_for_null: Reasons


class KeptFeedback(BaseModel):
    """What was done with a recommendation, as it is kept."""

    id: str
    recommendation_id: str
    customer_id: str
    etag: str = Field(description="of what was recommended then")
    accepted: bool
    price: float | None
    currency: str = Field(description="of the price, money a month")
    reason: str | None
    given_by: str
    given_at: datetime
