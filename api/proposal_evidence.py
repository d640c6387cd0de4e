"""What a proposal rests on: reads analyses, drafts and simulations, and binds the proposal to what was seen."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from api.analysis_steps import RESULT, ROWS
from api.price_books import thresholds_of
from api.problems import Conflict, Invalid
from pricing_service.config import Settings
from pricing_service.decisions import _proposals as facts
from pricing_service.decisions._proposals import Basis
from pricing_service.price_book import Remark
from pricing_service.price_book.from_tiers import book_from_tiers
from pricing_service.re_rating.guard import breaches, far
from pricing_service.storage import (
    Analysis,
    ContentMoved,
    DraftContent,
    NotFound,
    ProposedContent,
    Storage,
    StoredPriceBook,
    StoredProposal,
)
from pricing_service.storage.ids import is_id

PRICE_BOOK, TIERS = "price_book", "tiers"
KINDS = ("value_metrics", TIERS, "raises", "ideal_customers")
"""Kinds of analysis that can be proposed; a menu of tiers is proposed as the draft that is made of it."""


@dataclass(frozen=True)
class Source:
    """Where a proposal comes from: an analysis, a draft, or a menu of tiers with the draft that was made of it.

    A `draft` is not stored yet. The salt goes into the content's hash: who has the hash alone cannot find title and
    note by trying.
    """

    analysis_id: str | None
    price_book_id: str | None
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    draft: DraftContent | None = None


class Evidence:
    """Reads what proposals rest on.

    Parameters
    ----------
    storage
        Where analyses, drafts and simulations live.
    settings
        The guard's thresholds.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._thresholds = thresholds_of(settings)

    def source(self, workspace_id: str, *, analysis: str | None, price_book: str | None) -> Source:
        """Find where a proposal comes from; a menu of tiers becomes a new draft, stored with the proposal.

        Raises
        ------
        Conflict
            If the analysis has not succeeded, or the price book is published.
        Invalid
            If the analysis's kind cannot be proposed.
        """
        if analysis is None:
            return Source(None, price_book)
        found = self._analysis(workspace_id, analysis)
        if found.kind != TIERS:
            return Source(analysis, None)
        dataset = self._storage.datasets.get(workspace_id, found.dataset_id)
        book = book_from_tiers(_result(found), name=dataset.name or "Price book", currency=dataset.currency)
        draft = DraftContent(book, {"kind": "analysis", "id": analysis})
        return Source(analysis, self._storage.price_books.next_id(workspace_id), draft=draft)

    def content(self, workspace_id: str, source: Source, *, title: str, note: str) -> ProposedContent:
        """Bind a proposal to what its source says now."""
        if source.price_book_id is None:
            assert source.analysis_id is not None, "a proposal has a source"
            found = self._analysis(workspace_id, source.analysis_id)
            evidence = {**self._seen(found), "book": None, "simulation": None, "salt": source.salt}
            return ProposedContent(found.kind, title, note, found.id, None, evidence)
        book = self._book_hash(workspace_id, source.price_book_id, source.draft)
        simulation = self._storage.analyses.newest_simulation(workspace_id, source.price_book_id, book)
        shown = (
            simulation or (source.analysis_id and self._analysis(workspace_id, source.analysis_id)) or None
        )
        evidence = {
            **self._seen(shown),
            "book": book,
            "simulation": simulation.id if simulation else None,
            "salt": source.salt,
        }
        return ProposedContent(PRICE_BOOK, title, note, source.analysis_id, source.price_book_id, evidence)

    def basis(self, proposal: StoredProposal) -> Basis | None:
        """Read what a proposal shows; None where it is forgotten or rests on nothing that was computed."""
        shown_id = proposal.evidence["simulation"] or proposal.analysis_id
        if shown_id is None:
            return None
        try:
            found = self._storage.analyses.get(proposal.workspace_id, shown_id)
            return self._basis(found)
        except (NotFound, FileNotFoundError):
            return None

    def require_unmoved(self, proposal: StoredProposal) -> None:
        """Refuse where what the proposal is about is not what was proposed any more.

        Raises
        ------
        ContentMoved
            If the draft, the result or its rows are others, or are forgotten.
        """
        workspace_id, evidence = proposal.workspace_id, proposal.evidence
        if proposal.price_book_id is not None:
            draft = self._storage.price_books.get(workspace_id, proposal.price_book_id)
            if draft.content_hash != evidence["book"]:
                raise ContentMoved("the draft is another one than was proposed")
        shown_id = evidence["simulation"] or proposal.analysis_id
        if shown_id is None:
            return
        try:
            found = self._storage.analyses.get(workspace_id, shown_id)
            same = _hashes(found) == {name: evidence[name] for name in ("result", "rows")}
        except (NotFound, FileNotFoundError) as error:
            raise ContentMoved("what the proposal rests on is forgotten") from error
        if not same:
            raise ContentMoved("what the proposal rests on is not what was proposed")

    def _seen(self, analysis: Analysis | None) -> dict[str, Any]:
        """Return hashes of what is shown, and in what it goes beyond the guard."""
        if analysis is None:
            found = breaches(None, self._thresholds)
            return {"result": None, "rows": None, "beyond": [remark.as_json() for remark in found]}
        found = self._beyond(self._basis(analysis))
        return {**_hashes(analysis), "beyond": [remark.as_json() for remark in found]}

    def _beyond(self, basis: Basis) -> list[Remark]:
        result = basis.result
        if basis.kind == facts.SIMULATION:
            return breaches(result, self._thresholds)
        if basis.columns(basis.kind):
            bills = basis.bills()
            return far(bills.before, bills.after, self._thresholds)
        if basis.kind == "value_metrics" and result["verdict"] != "clear":
            return [Remark("not_clear", f"the verdict on the metric is {result['verdict']}, not clear")]
        if basis.kind == "ideal_customers" and result["score_quality"]["predicts"] != "yes":
            return [Remark("score_unproven", "nothing shows yet that the profile foretells ideal customers")]
        return []

    def _basis(self, analysis: Analysis) -> Basis:
        columns, path = Basis.columns(analysis.kind), analysis.folder / ROWS
        rows = pq.read_table(path, columns=list(columns)).to_pydict() if columns and path.exists() else {}
        currency = self._storage.datasets.get(analysis.workspace_id, analysis.dataset_id).currency
        return Basis(analysis.kind, _result(analysis), rows, currency)

    def _analysis(self, workspace_id: str, analysis_id: str) -> Analysis:
        if not is_id(analysis_id):
            raise NotFound("analysis", analysis_id)
        found = self._storage.analyses.get(workspace_id, analysis_id)
        if found.status != "succeeded":
            raise Conflict(f"The analysis is {found.status}; what is proposed has succeeded.")
        if found.kind not in KINDS:
            message = f"a proposal comes from an analysis of {', '.join(KINDS)}, and this one is {found.kind}"
            fault = {"pointer": "/analysis", "in": "body", "code": "wrong_kind", "message": message}
            raise Invalid(message, errors=[fault])
        return found

    def _book_hash(self, workspace_id: str, price_book_id: str, draft: DraftContent | None) -> str:
        if draft is not None:
            return draft.book.content_hash
        stored = self._draft(workspace_id, price_book_id)
        if stored.status != "draft":
            raise Conflict("The price book is published already; a proposal is about a draft.")
        return stored.content_hash

    def _draft(self, workspace_id: str, price_book_id: str) -> StoredPriceBook:
        if not is_id(price_book_id):
            raise NotFound("price book", price_book_id)
        return self._storage.price_books.get(workspace_id, price_book_id)


def _result(analysis: Analysis) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((analysis.folder / RESULT).read_bytes())
    return result


def _hashes(analysis: Analysis) -> dict[str, str | None]:
    rows = analysis.folder / ROWS
    return {"result": _hash(analysis.folder / RESULT), "rows": _hash(rows) if rows.exists() else None}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
