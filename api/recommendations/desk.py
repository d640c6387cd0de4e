"""The recommendations' desk: everything that the doors do with them but the read in front of the framework."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from api.paging import Page, cursor
from api.problems import Missing, UnknownCursor
from api.recommendations.asked import FeedbackRequest, LeadRequest, QuoteRequest
from api.recommendations.held import HeldSnapshots
from pricing_service.recommendations import lead_recommendation, quote_guidance
from pricing_service.storage import Feedback, NotFound, Snapshot, Storage

_LISTING = "recommendations"
_UNKNOWN = b'{"customer_id":%b,"status":404,"recommendation":null,"error":{"code":"not_found","message":"Not found"}}'
_KNOWN = b'{"customer_id":%b,"status":200,"recommendation":%b,"error":null}'


class RecommendationDesk:
    """Everything that the doors do with recommendations.

    Parameters
    ----------
    storage
        Where feedback goes.
    held
        The snapshots.
    """

    def __init__(self, storage: Storage, held: HeldSnapshots) -> None:
        self._storage = storage
        self._held = held

    def read(self, workspace_id: str, customer_id: str) -> tuple[bytes, bytes]:
        """Return a customer's recommendation and its ETag.

        Raises
        ------
        NotFound
            For whoever is no customer of the workspace.
        """
        snapshot = self._held.now(workspace_id)
        found = None if snapshot is None else snapshot.read(_normal(customer_id))
        if found is None:
            raise NotFound("customer", customer_id)
        return found

    def by_external_id(self, workspace_id: str, system: str, external_id: str) -> tuple[bytes, bytes]:
        """Return the recommendation of the customer that another system calls so."""
        snapshot = self._held.now(workspace_id)
        known = None if snapshot is None else snapshot.customer_by(_normal(system), _normal(external_id))
        if known is None:
            raise NotFound("customer", external_id)
        return self.read(workspace_id, known)

    def bulk(self, workspace_id: str, customer_ids: Sequence[str]) -> bytes:
        """Write many at once, each with its status, in the order asked."""
        snapshot = self._held.now(workspace_id)
        return b'{"data":[' + b",".join(_item(snapshot, each) for each in customer_ids) + b"]}"

    def changed_since(self, workspace_id: str, since: datetime | None, page: Page) -> bytes:
        """Write a page of what changed after a moment, in the order of change."""
        place = page.after(_LISTING)
        moment, _, customer_id = place.partition(" ") if place is not None else _begin(since)
        if place is not None and not customer_id:
            raise UnknownCursor
        snapshot = self._held.now(workspace_id)
        found = [] if snapshot is None else snapshot.after(moment, customer_id, limit=page.limit + 1)
        shown, more = found[: page.limit], len(found) > page.limit
        following = cursor(_LISTING, " ".join(shown[-1])) if more else None
        bodies = [] if snapshot is None else [snapshot.body(snapshot.places[who]) for _, who in shown]
        end = json.dumps({"next_cursor": following, "has_more": more})
        return b'{"data":[' + b",".join(bodies) + b"]," + end[1:].encode()

    def lead(self, workspace_id: str, asked: LeadRequest) -> dict[str, Any]:
        """Tell what to offer a lead."""
        about = self._about(workspace_id)
        return lead_recommendation(about, traits=asked.traits, expected_units=asked.expected_units)

    def quote(self, workspace_id: str, asked: QuoteRequest) -> dict[str, Any]:
        """Guide one offer."""
        today = None
        if asked.customer_id is not None:
            body, _ = self.read(workspace_id, asked.customer_id)
            today = json.loads(body)["current"]["mrr"]
        about = self._about(workspace_id)
        return quote_guidance(about, units=asked.units, plan=asked.plan, today=today)

    def keep_feedback(
        self, workspace_id: str, recommendation_id: str, asked: FeedbackRequest, *, by: str
    ) -> dict[str, Any]:
        """Keep what somebody did with a recommendation, beside what it said.

        Raises
        ------
        NotFound
            For whatever is no recommendation of the workspace.
        ContentMoved
            If the recommendation is another one than the caller saw.
        RequestReused
            If the caller's request id came with something else before.
        """
        snapshot = self._held.now(workspace_id)
        customer_id = None if snapshot is None else snapshot.customer_of(recommendation_id)
        if customer_id is None:
            raise NotFound("recommendation", recommendation_id)
        told = json.loads(self.read(workspace_id, customer_id)[0])
        said = Feedback(
            recommendation_id, customer_id, told["etag"], accepted=asked.taken, price=asked.price,
            reason=asked.reason, recommendation=told, given_by=by,
        )  # fmt: skip
        kept = self._storage.feedback.keep(workspace_id, said, request_id=asked.request_id, seen=asked.etag)
        same = ("id", "recommendation_id", "customer_id", "etag", "accepted", "price", "reason", "given_by")
        told_then = {name: getattr(kept, name) for name in same}
        return {**told_then, "currency": kept.recommendation["currency"], "given_at": kept.given_at}

    def _about(self, workspace_id: str) -> dict[str, Any]:
        snapshot = self._held.now(workspace_id)
        if snapshot is None:
            raise Missing("No analysis has succeeded yet; recommendations rest on analyses.")
        return snapshot.about


def _item(snapshot: Snapshot | None, customer_id: str) -> bytes:
    found = None if snapshot is None else snapshot.read(_normal(customer_id))
    name = json.dumps(customer_id).encode()
    return _UNKNOWN % name if found is None else _KNOWN % (name, found[0])


def _begin(since: datetime | None) -> tuple[str, str, str]:
    """Return the place before everything that changed after a moment."""
    if since is None:
        return "", " ", ""
    return since.isoformat(timespec="microseconds"), " ", "\U0010ffff"


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)
