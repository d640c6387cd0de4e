"""Proposals of the pricing committee, their votes, and what becomes of them.

::

    open ──► approved ──► published (effective on a date) ──► withdrawn: what was before is in force again
     ▲ │        │
     │ └► rejected ──► withdrawn
     └── edited: every vote is void, from open, approved and rejected alike

`open`, `approved` and `rejected` are told by the votes that count: one a person, the latest; a rejection stops a
proposal until its voter changes it. They are stored as `open`. A vote is bound to the hash of what was voted on, and so
is a publication. Who proposed or edited cannot approve. Votes are kept when they no longer count.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import proposal_rows, schema
from pricing_service.storage.audit import Audit
from pricing_service.storage.database import Database
from pricing_service.storage.errors import ContentMoved, NotApproved, OwnProposal, ProposalClosed
from pricing_service.storage.ids import new_id
from pricing_service.storage.pages import Page, fetch_page
from pricing_service.storage.price_books import DraftContent, PriceBooks, Publication
from pricing_service.storage.proposed import (
    Ballot,
    Enactment,
    ProposedContent,
    StoredProposal,
    same_person,
)
from pricing_service.storage.publications import Publications
from pricing_service.storage.webhooks import Outbox

PREFIX = "pr"
_MENU = "tiers"
"""The kind of analysis that price books come from."""


class Proposals:
    """Store and read proposals; every change is one transaction together with its entry in the audit."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        audit: Audit,
        price_books: PriceBooks,
        *,
        publications: Publications,
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._price_books = price_books
        self._publications = publications
        self._outbox = Outbox(clock)

    def create(
        self, workspace_id: str, content: ProposedContent, *, by: str, draft: DraftContent | None = None
    ) -> StoredProposal:
        """Store a new proposal, and with it the `draft` that was made for it: both or neither."""
        now = self._clock()
        proposal_id = new_id(PREFIX, now)
        values = {
            "id": proposal_id, "workspace_id": workspace_id, "status": "open", "authors": [by],
            "created_at": now, "changed_at": now, **content.columns(),
        }  # fmt: skip
        with self._database.writing() as connection:
            self._place(connection, workspace_id, content, draft, by=by)
            connection.execute(schema.proposals.insert().values(values))
            self._record(connection, (workspace_id, proposal_id), "created", by=by, detail=content.told())
        return self.get(workspace_id, proposal_id)

    def edit(
        self,
        workspace_id: str,
        proposal_id: str,
        content: ProposedContent,
        *,
        by: str,
        instead_of: str | None = None,
        draft: DraftContent | None = None,
    ) -> StoredProposal:
        """Give an open proposal other content: its votes are void, and who edits becomes an author.

        Raises
        ------
        ProposalClosed
            It is published or withdrawn.
        ContentMoved
            Its content is not `instead_of`, which the edit was made from, or its draft has other content.
        AlreadyPublished
            Its draft is published.
        """
        with self._database.writing() as connection:
            proposal = self._open(connection, workspace_id, proposal_id)
            if instead_of not in (None, proposal.content_hash):
                raise ContentMoved(f"proposal {proposal_id!r} has the content {proposal.content_hash}")
            self._place(connection, workspace_id, content, draft, by=by)
            if proposal.content_hash != content.content_hash:
                authors = proposal.authors if proposal.written_by(by) else [*proposal.authors, by]
                change = schema.proposals.update().where(proposal_rows.mine(workspace_id, proposal_id))
                connection.execute(
                    change.values(changed_at=self._clock(), authors=authors, **content.columns())
                )
                connection.execute(proposal_rows.void(workspace_id, proposal_id))
                self._record(connection, (workspace_id, proposal_id), "edited", by=by, detail=content.told())
        return self.get(workspace_id, proposal_id)

    def vote(self, workspace_id: str, proposal_id: str, ballot: Ballot) -> StoredProposal:
        """Cast a vote; a person's later one takes the place of the earlier.

        Raises
        ------
        ProposalClosed
            It is published or withdrawn.
        ContentMoved
            It is not the content that was voted on, or its draft is not the one that was proposed.
        OwnProposal
            An author approves.
        """
        with self._database.writing() as connection:
            proposal = self._open(connection, workspace_id, proposal_id)
            if proposal.content_hash != ballot.content_hash:
                raise ContentMoved(f"proposal {proposal_id!r} has the content {proposal.content_hash}")
            if proposal.written_by(ballot.by) and ballot.decision == "approve":
                raise OwnProposal("who proposed or edited cannot approve")
            if proposal.price_book_id is not None and ballot.decision == "approve":
                seen = proposal.evidence["book"]
                self._price_books.require_within(connection, workspace_id, proposal.price_book_id, seen)
            earlier = [vote.id for vote in proposal.votes if same_person(vote.person, ballot.by)]
            connection.execute(
                proposal_rows.void(workspace_id, proposal_id).where(schema.votes.c.id.in_(earlier))
            )
            now, salt = self._clock(), secrets.token_hex(16)
            values = {
                "id": new_id("vo", now), "workspace_id": workspace_id, "proposal_id": proposal_id,
                "person": ballot.by, "decision": ballot.decision, "comment": ballot.comment,
                "content_hash": ballot.content_hash, "cast_at": now, "counts": True, "salt": salt,
            }  # fmt: skip
            connection.execute(schema.votes.insert().values(values))
            detail = {
                "decision": ballot.decision,
                "content_hash": ballot.content_hash,
                "comment_hash": hashlib.sha256((salt + ballot.comment).encode()).hexdigest(),
            }
            self._record(connection, (workspace_id, proposal_id), "voted", by=ballot.by, detail=detail)
            now_stands = proposal_rows.find(connection, workspace_id, proposal_id, locked=False)
            if "approved" == now_stands.state(needed=ballot.needed) != proposal.state(needed=ballot.needed):
                approved = {"content_hash": ballot.content_hash, "needed": ballot.needed}
                self._record(
                    connection, (workspace_id, proposal_id), "approved", by=ballot.by, detail=approved
                )
                told = {"proposal": proposal_id}
                self._outbox.add(connection, workspace_id, type="proposal.approved", data=told)
        return self.get(workspace_id, proposal_id)

    def publish(self, workspace_id: str, proposal_id: str, asked: Enactment) -> StoredProposal:
        """Publish an approved proposal, and with it the price book that it is about: all of it or nothing.

        Raises
        ------
        ProposalClosed
            It is published or withdrawn.
        ContentMoved
            The proposal, or its price book, is not what was approved.
        NotApproved
            Approvals are missing, or somebody rejects it.
        AlreadyPublished
            The price book was published without the committee.
        """
        with self._database.writing() as connection:
            proposal = self._open(connection, workspace_id, proposal_id)
            if proposal.content_hash != asked.content_hash:
                raise ContentMoved(f"proposal {proposal_id!r} has the content {proposal.content_hash}")
            if proposal.state(needed=max(asked.needed, 1)) != "approved":
                raise NotApproved(proposal.lacking(asked.needed))
            self._enact(connection, workspace_id, proposal, asked)
            ends = {"effective": asked.effective, "published_by": asked.by, "published_at": self._clock()}
            change = schema.proposals.update().where(proposal_rows.mine(workspace_id, proposal_id))
            connection.execute(change.values(status="published", **ends))
            detail = {
                "content_hash": asked.content_hash,
                "effective": asked.effective.isoformat(),
                "approved_by": sorted(vote.person for vote in proposal.votes if vote.counts),
                "needed": asked.needed,
            }
            self._record(connection, (workspace_id, proposal_id), "published", by=asked.by, detail=detail)
        return self.get(workspace_id, proposal_id)

    def withdraw(self, workspace_id: str, proposal_id: str, *, by: str) -> StoredProposal:
        """Withdraw a proposal; of a published one, what was in force before it counts again.

        Raises
        ------
        ProposalClosed
            It is withdrawn already.
        """
        with self._database.writing() as connection:
            proposal = proposal_rows.find(connection, workspace_id, proposal_id, locked=True)
            if proposal.status == "withdrawn":
                raise ProposalClosed(f"proposal {proposal_id!r} is withdrawn already")
            if proposal.status == "published":
                if proposal.price_book_id is not None:
                    self._price_books.withdraw_within(connection, workspace_id, proposal.price_book_id, by=by)
                self._publications.withdraw_proposed(connection, workspace_id, proposal_id)
            change = schema.proposals.update().where(proposal_rows.mine(workspace_id, proposal_id))
            ends = {"withdrawn_by": by, "withdrawn_at": self._clock()}
            connection.execute(change.values(status="withdrawn", **ends))
            self._record(
                connection, (workspace_id, proposal_id), "withdrawn", by=by, detail={"was": proposal.status}
            )
        return self.get(workspace_id, proposal_id)

    def get(self, workspace_id: str, proposal_id: str) -> StoredProposal:
        """Read one proposal with its votes; `NotFound` also for another workspace's."""
        with self._database.reading() as connection:
            return proposal_rows.find(connection, workspace_id, proposal_id, locked=False)

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[StoredProposal]:
        """Read the proposals of a workspace with their votes, newest first."""
        table, cast = schema.proposals, schema.votes
        query = table.select().where(table.c.workspace_id == workspace_id)
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=table.c.id, limit=limit, cursor=cursor)
            theirs = cast.select().where(cast.c.proposal_id.in_([row.id for row in rows])).order_by(cast.c.id)
            votes = list(connection.execute(theirs))
        found = [
            proposal_rows.read(row, [vote for vote in votes if vote.proposal_id == row.id]) for row in rows
        ]
        return Page(found, following)

    def _place(
        self,
        connection: sa.Connection,
        workspace_id: str,
        about: ProposedContent,
        draft: DraftContent | None,
        *,
        by: str,
    ) -> None:
        """Store the draft that was made for a proposal, or hold the one that it is about as it was read."""
        held = (connection, workspace_id, str(about.price_book_id))
        if draft is not None:
            self._price_books.create_within(*held, draft, by=by)
        elif about.price_book_id is not None:
            self._price_books.require_draft_within(*held, about.evidence["book"])

    def _enact(
        self, connection: sa.Connection, workspace_id: str, proposal: StoredProposal, asked: Enactment
    ) -> None:
        """Put in force what the proposal is about."""
        if proposal.price_book_id is not None:
            codes = [each["code"] for each in proposal.evidence["beyond"]]
            book = Publication(asked.effective, proposal.evidence["book"], asked.by, codes)
            self._price_books.publish_within(connection, workspace_id, proposal.price_book_id, book)
        if proposal.analysis_id is not None:
            self._publications.record(
                connection, workspace_id,
                kind=_MENU if proposal.kind == "price_book" else proposal.kind, analysis_id=proposal.analysis_id,
                price_book_id=proposal.price_book_id, proposal_id=proposal.id, effective=asked.effective,
                content_hash=asked.content_hash, by=asked.by,
            )  # fmt: skip

    def _open(self, connection: sa.Connection, workspace_id: str, proposal_id: str) -> StoredProposal:
        """Read a proposal for a change."""
        proposal = proposal_rows.find(connection, workspace_id, proposal_id, locked=True)
        if proposal.status != "open":
            raise ProposalClosed(f"proposal {proposal_id!r} is {proposal.status}")
        return proposal

    def _record(
        self,
        connection: sa.Connection,
        proposal: tuple[str, str],
        done: str,
        *,
        by: str,
        detail: dict[str, Any],
    ) -> None:
        """Write into the audit what was done to a proposal, which is named by its workspace's id and its own."""
        self._audit.record(
            connection, proposal[0], by=by, action=f"proposal.{done}", subject=proposal[1], detail=detail
        )
