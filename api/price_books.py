"""The price books' desk: makes drafts, simulates and publishes them, and shows them as JSON or Pricing2Yaml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from api.analyses import AnalysisDesk, shown, summary
from api.analysis_steps import RESULT
from api.paging import Page, cursor
from api.price_book_request import DraftRequest, PublishRequest, ReadBook, SimulationRequest
from api.price_book_sources import DraftSources
from api.problems import Conflict, GuardExceeded, Missing
from api.simulation_steps import CUSTOMERS, LINES, Asked
from models.errors import InvalidInput
from pricing_service.config import Settings
from pricing_service.price_book.pricing2yaml import write_pricing
from pricing_service.re_rating.guard import Thresholds, breaches
from pricing_service.storage import NewAnalysis, NotFound, Publication, Storage, StoredPriceBook
from pricing_service.storage.analyses import SIMULATION
from pricing_service.storage.ids import is_id

_LISTING = "price books"
_TABLES = {"customers": CUSTOMERS, "lines": LINES}


class PriceBookDesk:
    """Everything that the doors do with price books.

    Parameters
    ----------
    storage
        Where they live.
    settings
        The guard's thresholds.
    analyses
        The desk that queues work and waits for it.
    """

    def __init__(self, storage: Storage, settings: Settings, analyses: AnalysisDesk) -> None:
        self._storage = storage
        self._analyses = analyses
        self._sources = DraftSources(storage)
        self._thresholds = thresholds_of(settings)
        self._committee_only = settings.committee_only

    def make(
        self, workspace_id: str, asked: DraftRequest | ReadBook, *, by: str, today: date
    ) -> dict[str, Any]:
        """Make a draft."""
        content = self._sources.content(workspace_id, asked, today=today)
        return self._shown(self._storage.price_books.create(workspace_id, content, by=by))

    def replace(
        self, workspace_id: str, version: str, asked: DraftRequest | ReadBook, *, today: date
    ) -> dict[str, Any]:
        """Give a draft other content."""
        self._get(workspace_id, version)
        content = self._sources.content(workspace_id, asked, today=today)
        return self._shown(self._storage.price_books.replace(workspace_id, version, content))

    def page(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of versions, newest first, without their books."""
        found = self._storage.price_books.page(workspace_id, limit=page.limit, cursor=page.after(_LISTING))
        following = found.next_cursor and cursor(_LISTING, found.next_cursor)
        data = [version_summary(stored) for stored in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def read(self, workspace_id: str, version: str, *, today: date) -> dict[str, Any]:
        """Show one version; `current` is the one in force today."""
        return self._shown(self._find(workspace_id, version, today=today))

    def as_yaml(self, workspace_id: str, version: str, *, syntax: str, today: date) -> str:
        """Write one version as Pricing2Yaml; what the format cannot say is named in comments at the top."""
        stored = self._find(workspace_id, version, today=today)
        text, remarks = write_pricing(stored.book, on=stored.created_at.date(), syntax=syntax)
        return "".join(f"# {' '.join(remark.message.split())}\n" for remark in remarks) + text

    def publish(
        self, workspace_id: str, version: str, asked: PublishRequest, *, by: str, today: date
    ) -> dict[str, Any]:
        """Publish a draft, past the guard.

        Raises
        ------
        Conflict
            If the settings leave publishing to the committee.
        GuardExceeded
            If the draft was not simulated or goes too far, and nobody has acknowledged exactly that.
        """
        stored = self._get(workspace_id, version)
        if self._committee_only:
            raise Conflict("Here price books are published by proposals alone: POST /v1/proposals.")
        found = breaches(self._simulated(stored), self._thresholds) if stored.status == "draft" else []
        said, confirmed = [breach.code for breach in found], asked.confirm
        if found and (
            confirmed is None
            or confirmed.hash != stored.content_hash
            or sorted(confirmed.breaches) != sorted(said)
        ):
            raise GuardExceeded(
                f"This draft is not published by accident: {'; '.join(breach.message for breach in found)}. To publish "
                f"it all the same, send confirm with hash {stored.content_hash} and breaches {json.dumps(said)}.",
                errors=[breach.as_json() for breach in found],
            )
        publication = Publication(asked.effective or today, stored.content_hash, by, said)
        return self._shown(self._storage.price_books.publish(workspace_id, version, publication))

    async def simulate(
        self, workspace_id: str, version: str, asked: SimulationRequest, *, today: date, seconds: float
    ) -> tuple[dict[str, Any], bool]:
        """Queue a simulation and wait for its end; the second answer is whether it came in time."""
        queued = await run_in_threadpool(self._queue, workspace_id, version, asked, today)
        if seconds > 0:
            place = f"/v1/price-books/{version}/simulations/{queued['id']}"
            await self._analyses.be_seen(_as_simulation(queued), place=place)
        found, ended = await self._analyses.wait_for(workspace_id, queued, seconds=seconds)
        return _as_simulation(found), ended

    def _queue(
        self, workspace_id: str, version: str, asked: SimulationRequest, today: date
    ) -> dict[str, Any]:
        stored = self._get(workspace_id, version)
        if not is_id(asked.dataset):
            raise NotFound("dataset", asked.dataset)
        asked.options.assumed()
        currency = self._storage.datasets.get(workspace_id, asked.dataset).currency
        if currency != stored.currency:
            raise InvalidInput(f"the book is in {stored.currency} and the dataset in {currency}")
        current, name = self._sources.current(workspace_id, asked, but=stored.id, today=today)
        names = {"draft": stored.id, "current": name}
        complete = Asked(stored.book, current, names, asked.options).as_json()
        new = NewAnalysis(dataset_id=asked.dataset, kind=SIMULATION, options=complete, prefix="sim")
        return shown(self._analyses.accept(workspace_id, new))

    def simulations(self, workspace_id: str, version: str, page: Page) -> dict[str, Any]:
        """Show a page of a version's simulations, newest first, without their results."""
        self._get(workspace_id, version)
        listing = f"simulations of {version}"
        found = self._storage.analyses.simulations(
            workspace_id, version, limit=page.limit, cursor=page.after(listing)
        )
        following = found.next_cursor and cursor(listing, found.next_cursor)
        data = [_as_simulation(summary(one)) for one in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def simulation(self, workspace_id: str, version: str, simulation_id: str) -> dict[str, Any]:
        """Show one simulation with its result."""
        found = self._storage.analyses.get(workspace_id, simulation_id)
        if found.kind != SIMULATION or found.options["price_book"] != version:
            raise NotFound("simulation", simulation_id)
        return _as_simulation(shown(found))

    def rows_page(
        self, workspace_id: str, version: str, simulation_id: str, page: Page, *, table: str
    ) -> dict[str, Any]:
        """Show a page of the customers or of the lines."""
        self.simulation(workspace_id, version, simulation_id)
        return self._analyses.rows_page(workspace_id, simulation_id, page, file=_TABLES[table])

    def rows_csv(self, workspace_id: str, version: str, simulation_id: str, *, table: str) -> Iterator[str]:
        """Write the customers or the lines as CSV."""
        self.simulation(workspace_id, version, simulation_id)
        return self._analyses.rows_csv(workspace_id, simulation_id, file=_TABLES[table])

    def report(self, workspace_id: str, version: str, simulation_id: str) -> Path:
        """Find the simulation's page."""
        self.simulation(workspace_id, version, simulation_id)
        return self._analyses.report(workspace_id, simulation_id)

    def _get(self, workspace_id: str, version: str) -> StoredPriceBook:
        if not is_id(version):
            raise NotFound("price book", version)
        return self._storage.price_books.get(workspace_id, version)

    def _find(self, workspace_id: str, version: str, *, today: date) -> StoredPriceBook:
        if version != "current":
            return self._get(workspace_id, version)
        current = self._storage.price_books.current(workspace_id, on=today)
        if current is None:
            raise Missing("No price book is in force yet: publish one.")
        return current

    def _simulated(self, stored: StoredPriceBook) -> dict[str, Any] | None:
        """Return the newest result of exactly this content; None where nobody has simulated it."""
        newest = self._storage.analyses.newest_simulation(stored.workspace_id, stored.id, stored.content_hash)
        if newest is None or RESULT not in newest.files:
            return None
        result: dict[str, Any] = json.loads((newest.folder / RESULT).read_bytes())
        return result

    @staticmethod
    def _shown(stored: StoredPriceBook) -> dict[str, Any]:
        return {**version_summary(stored), "book": stored.content}


def thresholds_of(settings: Settings) -> Thresholds:
    """Return the guard's thresholds as the operator has set them."""
    return Thresholds(
        p95_rise=settings.guard_p95_rise,
        total_change=settings.guard_total_change,
        left_out=settings.guard_left_out,
    )


def version_summary(stored: StoredPriceBook) -> dict[str, Any]:
    """Show a version without its book."""
    names = (
        "id", "status", "name", "currency", "content_hash", "effective", "made_from", "created_by", "created_at",
        "changed_at", "published_by", "published_at", "acknowledged", "withdrawn_at",
    )  # fmt: skip
    return {**{name: getattr(stored, name) for name in names}, "warnings": stored.remarks}


def _as_simulation(analysis: dict[str, Any]) -> dict[str, Any]:
    """Show an analysis as the simulation that it is: without the copies of the books."""
    held = analysis["options"]
    same = ("id", "dataset", "dataset_version", "status", "progress", "error", "created_at", "finished_at")
    return {
        **{name: analysis[name] for name in same},
        "price_book": held["price_book"],
        "content_hash": held["content_hash"],
        "compared_with": held["compared_with"],
        "options": held["options"],
        **({"result": analysis["result"]} if "result" in analysis else {}),
    }
