"""The shapes of what the doors answer with; callers rely on these names."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class Fault(BaseModel):
    """One thing that is wrong: a place in the request, or a place in the data."""

    pointer: str | None = None
    table: str | None = None
    line: int | None = None
    column: str | None = None
    code: str
    message: str


class Problem(BaseModel):
    """RFC 9457: why a request was turned away and what would be right."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    errors: list[Fault] = []


class Dataset(BaseModel):
    """A dataset at its current version, with its data report."""

    id: str
    name: str
    version: str = Field(description="sha256 of the checked content")
    currency: str
    tables: dict[str, int] = Field(description="table → rows that survived the checks")
    refused: dict[str, str] = Field(description="table → why it cannot be used")
    report: dict[str, Any]
    created_at: datetime


class DatasetPage(BaseModel):
    """Datasets, newest first."""

    data: list[Dataset]
    next_cursor: str | None
    has_more: bool


class RowPage(BaseModel):
    """Rows of a stored table."""

    data: list[dict[str, Any]]
    next_cursor: str | None
    has_more: bool


class Progress(BaseModel):
    """How far an analysis has come."""

    step: str
    done: int
    total: int


class AnalysisSummary(BaseModel):
    """An analysis without its result."""

    id: str
    kind: str
    dataset: str
    dataset_version: str
    options: dict[str, Any]
    seed: int
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: Progress
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class Analysis(AnalysisSummary):
    """An analysis; `result` is null until it has succeeded."""

    result: dict[str, Any] | None


class AnalysisPage(BaseModel):
    """Analyses, newest first, without their results."""

    data: list[AnalysisSummary]
    next_cursor: str | None
    has_more: bool


class Remark(BaseModel):
    """Something to know: a stable code, and words."""

    code: str
    message: str


class PriceBookVersionSummary(BaseModel):
    """A version of the price book without its content."""

    id: str
    status: Literal["draft", "published"]
    name: str
    currency: str
    content_hash: str = Field(description="sha256 of the content; publishing confirms it")
    effective: date | None = Field(description="the first day on which it is in force; null: a draft")
    made_from: dict[str, str | None]
    warnings: list[Remark] = Field(description="what to know about how it was read")
    created_by: str
    created_at: datetime
    changed_at: datetime
    published_by: str | None
    published_at: datetime | None
    acknowledged: list[str] | None = Field(description="what of the guard was acknowledged")
    withdrawn_at: datetime | None = Field(description="rolled back: in force no more")


class PriceBookVersion(PriceBookVersionSummary):
    """A version of the price book."""

    book: dict[str, Any]


class PriceBookVersionPage(BaseModel):
    """Versions, newest first, without their content."""

    data: list[PriceBookVersionSummary]
    next_cursor: str | None
    has_more: bool


class SimulationSummary(BaseModel):
    """A simulation without its result."""

    id: str
    price_book: str
    content_hash: str = Field(description="of the content that was simulated")
    compared_with: str | None = Field(description="a version, or the dataset's own book; null: what was paid")
    dataset: str
    dataset_version: str
    options: dict[str, Any]
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: Progress
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class Simulation(SimulationSummary):
    """A simulation; `result` is null until it has succeeded."""

    result: dict[str, Any] | None


class SimulationPage(BaseModel):
    """Simulations, newest first, without their results."""

    data: list[SimulationSummary]
    next_cursor: str | None
    has_more: bool


class KeySummary(BaseModel):
    """A key without its secret part."""

    id: str
    name: str = Field(description="the person or system that holds it")
    token_name: str = Field(description="the part of the token that may be shown")
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None = Field(description="null: never")
    revoked_at: datetime | None
    last_used: date | None = Field(description="a day in UTC; null: never used")


class NewKey(KeySummary):
    """A key with its token, which is shown this once; a repeated request shows null and says why."""

    token: str | None
    reasons: dict[str, str] = Field(description="why `token` is null: `shown_once`")


class KeyPage(BaseModel):
    """Keys, newest first, revoked and expired ones too."""

    data: list[KeySummary]
    next_cursor: str | None
    has_more: bool


class WebhookEndpoint(BaseModel):
    """Where events are sent."""

    id: str
    url: str
    events: list[str]
    enabled: bool
    disabled: Literal["gone", "failing"] | None = Field(
        description="why nothing is sent: the receiver answered 410, or nothing came through for three days"
    )
    disabled_at: datetime | None
    previous_secret_until: datetime | None = Field(
        description="until then the secret before the last rotation signs beside the new one"
    )
    created_by: str
    created_at: datetime
    changed_at: datetime


class WebhookEndpointPage(BaseModel):
    """Webhook endpoints, newest first."""

    data: list[WebhookEndpoint]
    next_cursor: str | None
    has_more: bool


class WebhookEndpointWithSecret(WebhookEndpoint):
    """An endpoint and its new signing secret, which is shown this once."""

    secret: str | None = Field(description="`whsec_…`; null where the answer is repeated")
    reasons: dict[str, str] = {}


class WebhookAttempt(BaseModel):
    """One try to send an event."""

    at: datetime
    status: int | None = Field(description="what the receiver answered; null where it did not")
    error: str | None = Field(description="why the attempt failed; null where it did not")


class WebhookDelivery(BaseModel):
    """What has become of an event at an endpoint."""

    id: str = Field(description="the event's, and every attempt's `webhook-id`")
    type: str
    status: Literal["waiting", "delivered", "failed"]
    attempts: list[WebhookAttempt] = Field(description="the latest twenty")
    next_try: datetime | None
    created_at: datetime
    ended_at: datetime | None


class WebhookDeliveryPage(BaseModel):
    """Deliveries to an endpoint, newest event first."""

    data: list[WebhookDelivery]
    next_cursor: str | None
    has_more: bool


class WebhookReplay(BaseModel):
    """How many events are sent again."""

    id: str = Field(description="the endpoint's")
    since: datetime
    events: int
