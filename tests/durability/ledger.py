"""Compare what the service said it did with what is in its database and its files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pricing_service.dataset import Dataset
from pricing_service.storage import Storage, schema
from pricing_service.storage.analyses import SIMULATION
from pricing_service.storage.blobs import sha256_of
from tests.durability.load import Entry

LOCAL = "ws_local"
_IDS = r"[a-z]+_[0-9A-Za-z]{26}"
# What is done, by how it was asked → what it must have left: (what is counted, how many).
LEAVES: dict[str, tuple[str, ...]] = {
    r"POST /v1/datasets": ("datasets ever",),
    r"POST /v1/analyses": ("analyses",),
    rf"POST /v1/price-books/{_IDS}/simulations": ("analyses",),
    r"POST /v1/price-books": ("books",),
    rf"POST /v1/price-books/{_IDS}/publish": ("audit price_book.published", "event price_book.published"),
    r"POST /v1/proposals": ("proposals", "audit proposal.created"),
    rf"PUT /v1/proposals/{_IDS}": ("audit proposal.edited",),
    rf"POST /v1/proposals/{_IDS}/votes": ("votes", "audit proposal.voted", "audit proposal.approved",
                                          "event proposal.approved"),
    rf"POST /v1/proposals/{_IDS}/publish": ("audit proposal.published", "audit price_book.published",
                                            "event price_book.published"),
    rf"POST /v1/proposals/{_IDS}/withdraw": ("audit proposal.withdrawn", "audit price_book.withdrawn"),
    r"POST /v1/keys": ("keys", "audit key.made"),
    rf"DELETE /v1/keys/{_IDS}": ("keys closed", "audit key.closed"),
    rf"DELETE /v1/datasets/{_IDS}/customers/[^/]+": ("audit customer.forgotten",),
    rf"POST /v1/recommendations/{_IDS}/feedback": ("feedback",),
    rf"POST /v1/webhook-endpoints/{_IDS}/test": ("event webhook.test",),
}  # fmt: skip
# What the worker tells by itself: of analyses `torn` counts it, and one change may be told with the next.
NOT_ASKED_FOR = ("event analysis.succeeded", "event recommendation.changed")
# Forgetting has no key: who asks again, for it got no answer, is written down as having asked again.
ONCE_MORE = ("audit customer.forgotten",)


@dataclass(kw_only=True)
class Wrong:
    """What went wrong: writes that are lost, torn or there twice, and answers that should not have been."""

    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing at all went wrong."""
        return not self.told

    @property
    def told(self) -> list[str]:
        """All of it."""
        return [*self.lost, *self.torn, *self.twice, *self.faults]

    @property
    def counted(self) -> tuple[int, ...]:
        """How much of each, in the order of the tables."""
        return tuple(len(wrong) for wrong in (self.lost, self.torn, self.twice, self.faults))


def lost_and_twice(storage: Storage, ledger: Iterable[Entry]) -> tuple[list[str], list[str]]:
    """Count effects: fewer than acknowledged are lost, more happened twice."""
    expected = _expected(ledger)
    found = _found(storage)
    gone = sum(entry.acknowledged and bool(re.fullmatch(rf"DELETE /v1/datasets/{_IDS}", _asked(entry)))
               for entry in ledger)  # fmt: skip
    found["datasets ever"] += gone
    lost, twice = [], []
    for what in sorted(expected.keys() | found.keys()):
        if what in NOT_ASKED_FOR:
            continue
        told = f"{what}: {expected[what]} acknowledged, {found[what]} there"
        if found[what] < expected[what]:
            lost.append(told)
        if found[what] > expected[what] and what not in ONCE_MORE:
            twice.append(told)
    return [*lost, *_states(storage, ledger)], twice


def torn(storage: Storage, ledger: Iterable[Entry]) -> list[str]:
    """Find what is there in part: files, the chain of the audit, publications, events of analyses."""
    broken = storage.audit.verify(LOCAL)
    found = [] if broken is None else [f"audit entry {broken.number}: {broken.why}"]
    for dataset in storage.datasets.page(LOCAL, limit=100_000).rows:
        try:
            Dataset.open(dataset.folder)
        except (OSError, ValueError) as error:
            found.append(f"dataset {dataset.id}: {error!r}")
    with storage.database.reading() as connection:
        rows = connection.execute(schema.analyses.select()).all()
        told = Counter(row.data["analysis"] for row in connection.execute(schema.outbox.select())
                       if row.type == "analysis.succeeded")  # fmt: skip
        publications = connection.execute(schema.publications.select()).all()
    for row in rows:
        analysis = storage.analyses.get(LOCAL, row.id)
        wrong = [name for name, digest in analysis.files.items() if _digest(analysis.folder / name) != digest]
        found += [f"analysis {row.id}: {name}" for name in wrong]
        events = int(row.status == "succeeded" and row.kind != SIMULATION)
        if told[row.id] != events:
            found.append(f"analysis {row.id} is {row.status} and was told {told[row.id]} times")
    return [*found, *_unpublished(storage, publications)]


def snapshot_differs(storage: Storage, recommendation: Mapping[str, Any]) -> list[str]:
    """Compare what CRMs read with the log of publications."""
    current = storage.price_books.current(LOCAL, on=datetime.now(UTC).date())
    said, expected = recommendation["price_book_version"], current.id if current else None
    return [] if said == expected else [f"the snapshot says {said}, and {expected} is in force"]


def _asked(entry: Entry) -> str:
    return f"{entry.method} {entry.path}"


def _expected(ledger: Iterable[Entry]) -> Counter[str]:
    expected: Counter[str] = Counter({"keys": 2, "audit key.made": 2})
    for entry in ledger:
        if not entry.acknowledged:
            continue
        for pattern, leaves in LEAVES.items():
            if re.fullmatch(pattern, _asked(entry)):
                expected.update(leaves)
        # A menu of tiers becomes a draft of the price book.
        if "analysis" in (entry.sent.get("json") or {}) and entry.path.startswith("/v1/proposals"):
            expected["books"] += 1
    return expected


def _found(storage: Storage) -> Counter[str]:
    found: Counter[str] = Counter()
    counted = {
        "datasets ever": schema.datasets, "analyses": schema.analyses, "books": schema.price_books,
        "proposals": schema.proposals, "votes": schema.votes, "keys": schema.keys,
        "feedback": schema.recommendation_feedback,
    }  # fmt: skip
    with storage.database.reading() as connection:
        for what, table in counted.items():
            found[what] = len(connection.execute(table.select()).all())
        found["keys closed"] = sum(
            row.revoked_at is not None for row in connection.execute(schema.keys.select())
        )
        found.update(f"audit {row.action}" for row in connection.execute(schema.audit.select()))
        found.update(f"event {row.type}" for row in connection.execute(schema.outbox.select()))
    return found


def _states(storage: Storage, ledger: Iterable[Entry]) -> list[str]:
    """Find acknowledged changes of something's state that are not there."""
    done = [entry for entry in ledger if entry.acknowledged]
    found = []
    for entry in done:
        asked, part = _asked(entry), entry.path.split("/")
        if re.fullmatch(rf"POST /v1/proposals/{_IDS}/(publish|withdraw)", asked):
            allowed = {"published", "withdrawn"} if part[-1] == "publish" else {"withdrawn"}
            if storage.proposals.get(LOCAL, part[3]).status not in allowed:
                found.append(asked)
        if re.fullmatch(rf"DELETE /v1/analyses/{_IDS}", asked):
            found += [asked] * (not storage.analyses.get(LOCAL, part[3]).cancel_requested)
        if re.fullmatch(rf"PUT /v1/price-books/{_IDS}", asked):
            name = entry.sent["json"]["book"]["name"]
            found += [asked] * (storage.price_books.get(LOCAL, part[3]).name != name)
    return [*found, *_posted_rows(storage, done)]


def _posted_rows(storage: Storage, done: Iterable[Entry]) -> list[str]:
    """Find datasets whose latest row is not the one that was acknowledged last."""
    latest = {
        entry.path.split("/")[3]: entry.sent["json"][0]["units"]
        for entry in done
        if entry.method == "POST" and entry.path.endswith("/rows/usage")
    }
    found = []
    for dataset_id, units in latest.items():
        file = Dataset.open(storage.datasets.get(LOCAL, dataset_id).folder).parquet("usage")
        of_one = pq.read_table(file, columns=["units"], filters=[("customer_id", "=", "c00")])
        kept = max(float(value) for value in of_one["units"].to_pylist())
        if kept != units:
            found.append(f"{dataset_id}: {units} units acknowledged, {kept} there")
    return found


def _unpublished(storage: Storage, publications: Iterable[Any]) -> list[str]:
    """Find publications that their proposals do not know, and the other way round."""
    standing = {row.proposal_id: row.withdrawn_at is None for row in publications}
    found = []
    for proposal in storage.proposals.page(LOCAL, limit=100_000).rows:
        if proposal.analysis_id is None:
            continue
        expected = {"published": True, "withdrawn": standing.get(proposal.id) and False}.get(proposal.status)
        if standing.get(proposal.id) is not expected:
            found.append(
                f"proposal {proposal.id} is {proposal.status}, its publication {standing.get(proposal.id)}"
            )
    return found


def _digest(path: Path) -> str | None:
    return sha256_of(path) if path.exists() else None
