"""Everything that lasts: one module per kind of thing, one `Storage` that holds them together.

Start reading in `analyses.py`; `schema.py` has the tables, `blobs.py` the files, `database.py` the
transactions. Every function's first argument is the workspace, but for the few reads that tell the workspace
or serve workers and operators; those say so.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sqlalchemy.exc import OperationalError

from pricing_service.config import Settings
from pricing_service.storage.analyses import Analyses, Analysis, NewAnalysis
from pricing_service.storage.audit import Audit, AuditEntry, BrokenChain
from pricing_service.storage.blobs import Blobs
from pricing_service.storage.database import Database
from pricing_service.storage.datasets import Datasets, StoredDataset, VersionContent
from pricing_service.storage.effects import Effects
from pricing_service.storage.errors import (
    AlreadyFinished,
    AlreadyPublished,
    ContentMoved,
    EndpointDisabled,
    KeyReused,
    LastKey,
    NotApproved,
    NotFound,
    OwnProposal,
    PayloadDiffers,
    ProposalClosed,
    RequestReused,
    StillRunning,
    StorageError,
    TooManyEndpoints,
    VersionMoved,
)
from pricing_service.storage.idempotency import Claim, Idempotency, Replay
from pricing_service.storage.pages import Page
from pricing_service.storage.price_books import DraftContent, PriceBooks, Publication, StoredPriceBook
from pricing_service.storage.proposals import Proposals
from pricing_service.storage.proposed import Ballot, Enactment, ProposedContent, StoredProposal, Vote
from pricing_service.storage.publications import Publications, StoredPublication
from pricing_service.storage.recommendation_feedback import Feedback, RecommendationFeedback, StoredFeedback
from pricing_service.storage.redaction import Redaction
from pricing_service.storage.revisions import is_behind
from pricing_service.storage.snapshots import Snapshot, Snapshots
from pricing_service.storage.tombstones import StoredTombstones
from pricing_service.storage.webhook_deliveries import Deliveries
from pricing_service.storage.webhook_tally import Tally, WebhookTally
from pricing_service.storage.webhooks import Endpoint, Endpoints, Outbox
from pricing_service.storage.workspaces_and_keys import Key, Keys, Workspace, Workspaces

__all__ = [
    "AlreadyFinished",
    "AlreadyPublished",
    "Analyses",
    "Analysis",
    "AuditEntry",
    "Ballot",
    "BrokenChain",
    "Claim",
    "ContentMoved",
    "DraftContent",
    "Enactment",
    "Endpoint",
    "EndpointDisabled",
    "Feedback",
    "Key",
    "KeyReused",
    "LastKey",
    "NewAnalysis",
    "NotApproved",
    "NotFound",
    "OwnProposal",
    "Page",
    "PayloadDiffers",
    "PriceBooks",
    "ProposalClosed",
    "ProposedContent",
    "Publication",
    "Publications",
    "RecommendationFeedback",
    "Replay",
    "RequestReused",
    "Snapshot",
    "Snapshots",
    "StillRunning",
    "Storage",
    "StorageError",
    "StoredDataset",
    "StoredFeedback",
    "StoredPriceBook",
    "StoredProposal",
    "StoredPublication",
    "Tally",
    "TooManyEndpoints",
    "VersionContent",
    "VersionMoved",
    "Vote",
    "Workspace",
]


def utc_now() -> datetime:
    """Read the clock: the default where a caller brings no other."""
    return datetime.now(UTC)


class Storage:
    """The service's memory.

    Parameters
    ----------
    settings
        Where it lives.
    clock
        Gives the present moment, with a time zone.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> folder = TemporaryDirectory()
    >>> with Storage.open(Settings(data_folder=Path(folder.name), dev=True)) as storage:
    ...     acme = storage.workspaces.create("Acme")
    ...     key, token = storage.keys.create(acme.id, name="Ada", scopes=["data:read"])
    ...     storage.keys.find(token) == key, storage.keys.find("ps_guess")
    (True, None)
    >>> folder.cleanup()
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.database = Database(settings.service_url)
        self.blobs = Blobs(settings.data_folder)
        self.workspaces = Workspaces(self.database, clock)
        self.audit = Audit(self.database, clock)
        self.keys = Keys(self.database, clock, settings.secret_bytes, self.audit, dev=settings.dev)
        self.tombstones = StoredTombstones(self.database, clock, self.audit, settings.forgotten_path)
        self.redaction = Redaction(self.database)
        self.datasets = Datasets(self.database, clock, self.blobs)
        self.analyses = Analyses(self.database, clock, self.blobs)
        self.price_books = PriceBooks(self.database, clock, self.audit)
        self.publications = Publications(self.database, clock)
        self.proposals = Proposals(
            self.database, clock, self.audit, self.price_books, publications=self.publications
        )
        self.webhook_endpoints = Endpoints(self.database, clock)
        self.webhook_deliveries = Deliveries(self.database, clock)
        self.webhook_tally = WebhookTally(self.database, clock)
        self.feedback = RecommendationFeedback(self.database, clock)
        self._outbox = Outbox(clock)
        self.snapshots = Snapshots(
            self.blobs, lambda: clock().isoformat(timespec="microseconds"), self._tell_of_changes
        )
        self.effects = Effects(self.database, clock)
        self.idempotency = Idempotency(self.database, clock)

    @classmethod
    def open(
        cls, settings: Settings, *, migrate: bool = True, clock: Callable[[], datetime] = utc_now
    ) -> Storage:
        """Open the storage, its folder made if need be, by default with its schema brought up to date first."""
        storage = cls(settings, clock=clock)
        storage.blobs.root.mkdir(parents=True, exist_ok=True)
        if migrate and is_behind(storage.database):
            # Alembic takes 0.1 s to import; a process that finds the schema ready does without.
            from pricing_service.storage.migrations import migrate as bring_up_to_date  # noqa: PLC0415

            bring_up_to_date(storage.database)
        return storage

    def _tell_of_changes(self, workspace_id: str, count: int, moment: str) -> None:
        if count:
            before = (datetime.fromisoformat(moment) - timedelta(microseconds=1)).isoformat(
                timespec="microseconds"
            )
            data = {"count": count, "read": f"/v1/recommendations?changed_since={quote(before)}"}
            # A database that takes no writes keeps no CRM from reading.
            with suppress(OperationalError):
                self._outbox.happened(workspace_id, self.database, type="recommendation.changed", data=data)

    def close(self) -> None:
        """Give back every connection."""
        self.idempotency.in_flight.close()
        self.database.close()

    def __enter__(self) -> Storage:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
