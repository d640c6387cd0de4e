"""Where drafts come from, and what they are compared with: books, datasets, analyses, other versions."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from api.analysis_steps import RESULT
from api.price_book_request import DraftRequest, Keep, ReadBook, SimulationRequest
from api.problems import Conflict, Invalid
from pricing_service.dataset import Dataset
from pricing_service.price_book import PriceBook, Remark
from pricing_service.price_book.from_table import TABLE, book_from_table
from pricing_service.price_book.from_tiers import book_from_tiers
from pricing_service.price_book.grandfathering import keeping
from pricing_service.storage import DraftContent, NotFound, Storage
from pricing_service.storage.ids import is_id

_TIERS = "tiers"


class DraftSources:
    """Reads books from wherever they are.

    Parameters
    ----------
    storage
        Where datasets, analyses and other versions live.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def content(self, workspace_id: str, asked: DraftRequest | ReadBook, *, today: date) -> DraftContent:
        """Make a draft's content.

        Raises
        ------
        PriceBookRefused
            If the source is no price book.
        Conflict
            If an analysis has not succeeded.
        Invalid
            If an analysis recommends no tiers, or nothing is there to be kept.
        """
        if isinstance(asked, ReadBook):
            return _content(asked.book, "pricing2yaml", None, asked.remarks)
        book, kind, name, remarks = self._read(workspace_id, asked, today)
        if asked.keep is not None:
            book = self._keeping(workspace_id, book, asked.keep, today=today)
        return _content(book, kind, name, remarks)

    def _read(
        self, workspace_id: str, asked: DraftRequest, today: date
    ) -> tuple[PriceBook, str, str | None, tuple[Remark, ...]]:
        if asked.dataset is not None:
            book, remarks = self._of_dataset(
                workspace_id, asked.dataset, on=asked.on or today, region=asked.region
            )
            return book, "dataset", asked.dataset, remarks
        if asked.analysis is not None:
            return self._of_analysis(workspace_id, asked.analysis), "analysis", asked.analysis, ()
        if asked.price_book is not None:
            return self._version(workspace_id, asked.price_book), "price_book", asked.price_book, ()
        assert asked.book is not None, "the request has exactly one source"
        return asked.book, "json", None, ()

    def current(
        self, workspace_id: str, asked: SimulationRequest, *, but: str, today: date
    ) -> tuple[PriceBook | None, str | None]:
        """Return the book that a draft is compared with and its id; None for what was paid.

        Parameters
        ----------
        workspace_id, asked
            Whose, and against what.
        but
            The draft itself, which is not compared with itself.
        today
            The day whose current book counts.
        """
        if asked.against == "paid":
            return None, None
        if asked.against not in ("current", "dataset"):
            return self._version(workspace_id, asked.against), asked.against
        if asked.against == "current":
            stored = self._storage.price_books.current(workspace_id, on=today)
            if stored is not None and stored.id != but:
                return stored.book, stored.id
        has_its_own = TABLE in self._storage.datasets.get(workspace_id, asked.dataset).tables
        if asked.against == "current" and not has_its_own:
            return None, None
        return self._of_dataset(workspace_id, asked.dataset, on=today)[0], asked.dataset

    def _of_dataset(
        self, workspace_id: str, dataset_id: str, *, on: date, region: str | None = None
    ) -> tuple[PriceBook, tuple[Remark, ...]]:
        if not is_id(dataset_id):
            raise NotFound("dataset", dataset_id)
        stored = self._storage.datasets.get(workspace_id, dataset_id)
        return book_from_table(Dataset.open(stored.folder), on=on, region=region)

    def _of_analysis(self, workspace_id: str, analysis_id: str) -> PriceBook:
        if not is_id(analysis_id):
            raise NotFound("analysis", analysis_id)
        analysis = self._storage.analyses.get(workspace_id, analysis_id)
        if analysis.status != "succeeded":
            raise Conflict(f"The analysis is {analysis.status}; a draft is made of one that has succeeded.")
        if analysis.kind != _TIERS:
            message = f"a draft is made of an analysis of kind {_TIERS}, and this one is {analysis.kind}"
            raise Invalid(message, errors=[_fault("/analysis", "wrong_kind", message)])
        dataset = self._storage.datasets.get(workspace_id, analysis.dataset_id)
        result: dict[str, Any] = json.loads((analysis.folder / RESULT).read_bytes())
        return book_from_tiers(result, name=dataset.name or "Price book", currency=dataset.currency)

    def _version(self, workspace_id: str, version: str) -> PriceBook:
        if not is_id(version):
            raise NotFound("price book", version)
        return self._storage.price_books.get(workspace_id, version).book

    def _keeping(self, workspace_id: str, book: PriceBook, keep: Keep, *, today: date) -> PriceBook:
        current = self._storage.price_books.current(workspace_id, on=today)
        if current is None:
            message = "no price book is in force, so nobody has a price to keep"
            raise Invalid(message, errors=[_fault("/keep", "nothing_to_keep", message)])
        kept = keeping(
            current.book.lines,
            book.lines,
            keeps=frozenset(keep.keeps),
            before=keep.on_plan_before,
            until=keep.until,
        )
        return book.model_copy(update={"grandfathered": (*book.grandfathered, *kept)})


def _content(book: PriceBook, kind: str, name: str | None, remarks: tuple[Remark, ...]) -> DraftContent:
    return DraftContent(book, {"kind": kind, "id": name}, [remark.as_json() for remark in remarks])


def _fault(place: str, code: str, message: str) -> dict[str, str]:
    return {"pointer": place, "in": "body", "code": code, "message": message}
