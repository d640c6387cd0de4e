"""What the committee's calls answer: proposals with what they rest on, votes, and the audit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.answers import Remark


class Vote(BaseModel):
    """One vote; `counts` is false once an edit voided it or its voter's later one took its place."""

    id: str
    person: str
    decision: Literal["approve", "reject"]
    comment: str
    content_hash: str
    cast_at: datetime
    counts: bool


class Approvals(BaseModel):
    """How many approve, how many have to, and why so many."""

    given: int
    rejections: int
    needed: int = Field(description="of others than the authors")
    asked: int = Field(description="by the settings; more than `needed` where fewer people may approve")
    beyond: list[Remark] = Field(description="in what it goes beyond the guard")


class ProposalSummary(BaseModel):
    """A proposal without what it rests on."""

    id: str
    kind: Literal["value_metrics", "price_book", "raises", "ideal_customers"]
    status: Literal["open", "approved", "rejected", "published", "withdrawn"]
    title: str
    note: str
    analysis: str | None
    price_book: str | None = Field(description="the version that it publishes")
    simulation: str | None = Field(description="the simulation that it shows")
    content_hash: str = Field(description="of what is voted on and published")
    authors: list[str] = Field(description="who proposed it, then who edited it; they cannot approve")
    approvals: Approvals
    created_at: datetime
    changed_at: datetime
    effective: date | None
    published_by: str | None
    published_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class ProposalFacts(BaseModel):
    """What the committee has to know of it; null, or unknown, with a reason."""

    most_affected: dict[str, Any]
    cases: list[dict[str, Any]]
    flips: dict[str, Any]
    cost_of_waiting: dict[str, Any]
    checks: list[dict[str, Any]]
    reason: str | None


class WayBack(BaseModel):
    """How it is undone: withdrawing leaves in force what was before."""

    how: str
    returns_to: str | None
    reason: str | None


class Proposal(ProposalSummary):
    """A proposal with its votes and what it rests on."""

    votes: list[Vote]
    facts: ProposalFacts
    way_back: WayBack


class ProposalPage(BaseModel):
    """Proposals, newest first, without what they rest on."""

    data: list[ProposalSummary]
    next_cursor: str | None
    has_more: bool


class AuditEntry(BaseModel):
    """Who did what to prices; `hash` covers the entry and `previous_hash`."""

    id: str
    number: int
    at: datetime
    by: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str


class AuditHead(BaseModel):
    """The end of the chain: note it down elsewhere, and a rewritten chain is found out."""

    number: int
    hash: str


class AuditPage(BaseModel):
    """Entries, newest first, and the end of the chain."""

    data: list[AuditEntry]
    next_cursor: str | None
    has_more: bool
    head: AuditHead
