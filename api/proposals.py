"""The committee's desk: takes proposals, votes and publications, and shows what each rests on."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date
from typing import Any

from api.pages.proposal import render_proposal
from api.paging import Page, cursor
from api.problems import Invalid, UnknownCursor
from api.proposal_evidence import Evidence, Source
from api.proposal_request import EditRequest, EnactRequest, ProposalRequest, VoteRequest
from pricing_service.config import Settings
from pricing_service.decisions import _proposals as facts
from pricing_service.storage import Ballot, Enactment, NotFound, Storage, StoredProposal
from pricing_service.storage.ids import is_id
from pricing_service.storage.proposed import same_person

_LISTING = "proposals"
_AUDIT = "audit"
APPROVE = "proposals:approve"


class ProposalDesk:
    """Everything that the doors do with proposals and the audit.

    Parameters
    ----------
    storage
        Where they live.
    settings
        How many have to approve, and from where on a change is a big one.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._settings = settings
        self._evidence = Evidence(storage, settings)

    def propose(self, workspace_id: str, asked: ProposalRequest, *, by: str, today: date) -> dict[str, Any]:
        """Make a proposal."""
        source = self._evidence.source(workspace_id, analysis=asked.analysis, price_book=asked.price_book)
        content = self._evidence.content(workspace_id, source, title=asked.title, note=asked.note)
        stored = self._storage.proposals.create(workspace_id, content, by=by, draft=source.draft)
        return self._shown(stored, today)

    def edit(
        self, workspace_id: str, proposal_id: str, asked: EditRequest, *, by: str, today: date
    ) -> dict[str, Any]:
        """Give a proposal other content, which voids its votes."""
        stored = self._get(workspace_id, proposal_id)
        salt = stored.evidence.get("salt") or secrets.token_hex(16)
        source = Source(stored.analysis_id, stored.price_book_id, salt)
        if (asked.analysis, asked.price_book) not in (
            (None, None), (source.analysis_id, None), (None, source.price_book_id),
        ):  # fmt: skip
            source = self._evidence.source(workspace_id, analysis=asked.analysis, price_book=asked.price_book)
        title = stored.title if asked.title is None else asked.title
        note = stored.note if asked.note is None else asked.note
        content = self._evidence.content(workspace_id, source, title=title, note=note)
        edited = self._storage.proposals.edit(
            workspace_id, proposal_id, content, by=by, instead_of=stored.content_hash, draft=source.draft
        )
        return self._shown(edited, today)

    def vote(
        self, workspace_id: str, proposal_id: str, asked: VoteRequest, *, by: str, today: date
    ) -> dict[str, Any]:
        """Cast a vote on a proposal as it stands, or as it was seen."""
        stored = self._get(workspace_id, proposal_id)
        if asked.decision == "approve" and stored.status == "open":
            self._evidence.require_unmoved(stored)
        seen, needed = asked.content_hash or stored.content_hash, self._approvals(stored)["needed"]
        ballot = Ballot(by, asked.decision, asked.comment, seen, needed)
        return self._shown(self._storage.proposals.vote(workspace_id, proposal_id, ballot), today)

    def publish(
        self, workspace_id: str, proposal_id: str, asked: EnactRequest, *, by: str, today: date
    ) -> dict[str, Any]:
        """Publish an approved proposal from a day on.

        Raises
        ------
        Invalid
            If that day has passed.
        """
        stored = self._get(workspace_id, proposal_id)
        effective = asked.effective or today
        if effective < today:
            message = f"prices change from today, {today}, or a later day on"
            fault = {"pointer": "/effective", "in": "body", "code": "in_the_past", "message": message}
            raise Invalid(message, errors=[fault])
        if stored.status == "open":
            self._evidence.require_unmoved(stored)
        enactment = Enactment(
            by, effective, asked.content_hash or stored.content_hash, self._approvals(stored)["needed"]
        )
        return self._shown(self._storage.proposals.publish(workspace_id, proposal_id, enactment), today)

    def withdraw(self, workspace_id: str, proposal_id: str, *, by: str, today: date) -> dict[str, Any]:
        """Withdraw a proposal; a published one is rolled back."""
        self._get(workspace_id, proposal_id)
        return self._shown(self._storage.proposals.withdraw(workspace_id, proposal_id, by=by), today)

    def read(self, workspace_id: str, proposal_id: str, *, today: date) -> dict[str, Any]:
        """Show one proposal with its votes and what it rests on."""
        return self._shown(self._get(workspace_id, proposal_id), today)

    def report(self, workspace_id: str, proposal_id: str, *, today: date) -> str:
        """Show one proposal as a page."""
        return render_proposal(self.read(workspace_id, proposal_id, today=today), today=today)

    def page(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of proposals, newest first."""
        found = self._storage.proposals.page(workspace_id, limit=page.limit, cursor=page.after(_LISTING))
        following = found.next_cursor and cursor(_LISTING, found.next_cursor)
        people = self._approvers(workspace_id)
        data = [self._summary(stored, people) for stored in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def audit(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of the audit, newest first, and where its chain ends."""
        place = page.after(_AUDIT)
        if place is not None and not (place.isdecimal() and place.isascii() and len(place) < 19):
            raise UnknownCursor
        found = self._storage.audit.page(workspace_id, limit=page.limit, cursor=place)
        following = found.next_cursor and cursor(_AUDIT, found.next_cursor)
        data = [{**vars(entry), "id": f"au_{entry.number}"} for entry in found.rows]
        head = vars(self._storage.audit.head(workspace_id))
        return {"data": data, "next_cursor": following, "has_more": found.has_more, "head": head}

    def _get(self, workspace_id: str, proposal_id: str) -> StoredProposal:
        if not is_id(proposal_id):
            raise NotFound("proposal", proposal_id)
        return self._storage.proposals.get(workspace_id, proposal_id)

    def _approvers(self, workspace_id: str) -> set[str]:
        """Return the names of whoever holds a valid key that may approve."""
        return {key.name for key in self._storage.keys.valid(workspace_id) if APPROVE in key.scopes}

    def _approvals(self, stored: StoredProposal, people: Collection[str] | None = None) -> dict[str, Any]:
        """Say how many approve and how many have to: never more than may, never fewer than one."""
        found = self._approvers(stored.workspace_id) if people is None else people
        others: list[str] = []
        for name in found:
            if not stored.written_by(name) and not any(same_person(name, other) for other in others):
                others.append(name)
        settings, beyond = self._settings, stored.evidence["beyond"]
        asked = max(settings.committee_approvals, settings.committee_approvals_beyond if beyond else 1)
        return {
            "given": stored.approvals,
            "rejections": stored.rejections,
            "needed": max(min(asked, len(others)), 1),
            "asked": asked,
            "beyond": beyond,
        }

    def _summary(self, stored: StoredProposal, people: Collection[str] | None = None) -> dict[str, Any]:
        approvals = self._approvals(stored, people)
        same = (
            "id", "kind", "title", "note", "content_hash", "authors", "created_at", "changed_at", "effective",
            "published_by", "published_at", "withdrawn_by", "withdrawn_at",
        )  # fmt: skip
        return {
            **{name: getattr(stored, name) for name in same},
            "status": stored.state(needed=approvals["needed"]),
            "analysis": stored.analysis_id,
            "price_book": stored.price_book_id,
            "simulation": stored.evidence["simulation"],
            "approvals": approvals,
        }

    def _shown(self, stored: StoredProposal, today: date) -> dict[str, Any]:
        basis = self._evidence.basis(stored)
        rests = stored.evidence["simulation"] or stored.analysis_id
        why = "not_simulated" if rests is None else "forgotten"
        return {
            **self._summary(stored),
            "votes": [vars(vote) for vote in stored.votes],
            "facts": facts.gone(why) if basis is None else facts.shown(basis, on=stored.effective or today),
            "way_back": self._way_back(stored, today),
        }

    def _way_back(self, stored: StoredProposal, today: date) -> dict[str, Any]:
        """Say how it is undone, and which price book counts then."""
        how = f"POST /v1/proposals/{stored.id}/withdraw"
        if stored.price_book_id is None:
            return {"how": how, "returns_to": None, "reason": "no_price_book_changes"}
        on = stored.effective or today
        before = self._storage.price_books.current(stored.workspace_id, on=on, but=stored.price_book_id)
        reason = None if before else "no_price_book_before"
        return {"how": how, "returns_to": before.id if before else None, "reason": reason}
