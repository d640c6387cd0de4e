"""What a proposal is, as plain values: its content, its votes, and where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Decision = Literal["approve", "reject"]
State = Literal["open", "approved", "rejected", "published", "withdrawn"]


@dataclass(frozen=True)
class ProposedContent:
    """What is proposed; its hash is what people vote on.

    Parameters
    ----------
    kind
        ``value_metrics``, ``price_book``, ``raises`` or ``ideal_customers``.
    title, note
        In the proposer's words.
    analysis_id, price_book_id
        Where it comes from, and the draft that it would publish.
    evidence
        Hashes of what was seen (`result`, `rows`, `book`), the `simulation`, and what goes far in it (`beyond`).
    """

    kind: str
    title: str
    note: str
    analysis_id: str | None
    price_book_id: str | None
    evidence: Mapping[str, Any]

    @property
    def content_hash(self) -> str:
        """Hash all of it."""
        stated = {**vars(self), "evidence": dict(self.evidence)}
        text = json.dumps(stated, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def columns(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {**vars(self), "evidence": dict(self.evidence), "content_hash": self.content_hash}

    def told(self) -> dict[str, Any]:
        """Return what the audit keeps of it: no titles and notes, which may name customers."""
        named = ("kind", "analysis_id", "price_book_id")
        return {name: getattr(self, name) for name in named} | {"content_hash": self.content_hash}


@dataclass(frozen=True)
class Ballot:
    """A vote as it is cast, on exactly the content of `content_hash`, where so many approvals are needed."""

    by: str
    decision: Decision
    comment: str
    content_hash: str
    needed: int = 1


@dataclass(frozen=True)
class Enactment:
    """A publication as it is asked for: of exactly this content, from a day on, with so many approvals."""

    by: str
    effective: date
    content_hash: str
    needed: int


@dataclass(frozen=True)
class Vote:
    """A vote that was cast; `counts` is false once it is voided or replaced."""

    id: str
    person: str
    decision: Decision
    comment: str
    content_hash: str
    cast_at: datetime
    counts: bool


@dataclass(frozen=True)
class StoredProposal:
    """One proposal as it stands; `authors` has who proposed it, then who edited it."""

    id: str
    workspace_id: str
    status: Literal["open", "published", "withdrawn"]
    kind: str
    title: str
    note: str
    analysis_id: str | None
    price_book_id: str | None
    evidence: dict[str, Any]
    content_hash: str
    authors: list[str]
    created_at: datetime
    changed_at: datetime
    effective: date | None
    published_by: str | None
    published_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    votes: list[Vote] = field(default_factory=list)

    @property
    def approvals(self) -> int:
        """How many people approve exactly this content."""
        return sum(vote.decision == "approve" for vote in self._counting)

    @property
    def rejections(self) -> int:
        """How many people reject it."""
        return sum(vote.decision == "reject" for vote in self._counting)

    def state(self, *, needed: int) -> State:
        """Tell where it stands where so many approvals are needed."""
        if self.status != "open":
            return self.status
        if self.rejections:
            return "rejected"
        return "approved" if self.approvals >= needed else "open"

    def lacking(self, needed: int) -> str:
        """Say why it is not approved."""
        if self.rejections:
            return "somebody rejects it"
        return f"it has {self.approvals} of {max(needed, 1)} approvals of exactly this content"

    @property
    def _counting(self) -> list[Vote]:
        return [vote for vote in self.votes if vote.counts and vote.content_hash == self.content_hash]

    def written_by(self, name: str) -> bool:
        """Whether somebody proposed or edited it."""
        return any(same_person(name, author) for author in self.authors)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: letters' case and space around them make no second pair of eyes.

    Examples
    --------
    >>> same_person("Ada", " ada"), same_person("Ada", "Eve")
    (True, False)
    """
    return one.strip().casefold() == other.strip().casefold()
