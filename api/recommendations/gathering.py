"""What a workspace's recommendations rest on now: its stamp, and all of it read from the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from api.analysis_steps import RESULT, ROWS
from api.rows import plain
from pricing_service.recommendations import Answer, Basis, recommendations
from pricing_service.recommendations.basis import COLUMNS
from pricing_service.recommendations.quotes import about_offers
from pricing_service.storage import Analysis, NotFound, Storage
from pricing_service.storage.snapshots import Body, Content

_FORM = 1
"""Of what a body says; a snapshot of another form is made anew."""


@dataclass(frozen=True)
class Sources:
    """The analyses that count, by kind, and which of them are published; what else recommendations depend on.

    `base` is the analysis whose dataset tells who the customers are.
    """

    workspace_id: str
    analyses: Mapping[str, Analysis]
    published: frozenset[str]
    base: Analysis
    price_book_id: str | None
    next_change: date | None

    @property
    def stamp(self) -> str:
        """Sha256 of what recommendations depend on: the same stamp, the same snapshot."""
        told = [
            _FORM,
            self.workspace_id,
            sorted((kind, one.id, kind in self.published) for kind, one in self.analyses.items()),
            self.base.id,
            self.price_book_id,
            self.next_change and self.next_change.isoformat(),
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def sources_of(storage: Storage, workspace_id: str, today: date) -> Sources | None:
    """Find what counts today; None where no analysis of any use has succeeded.

    The dataset is that of the newest publication, else of the newest analysis. Kinds that are not published are told by
    their newest analysis of the same dataset.
    """
    newest = {
        kind: one
        for kind, one in storage.analyses.newest_of_each_kind(workspace_id).items()
        if kind in COLUMNS
    }
    in_force = storage.publications.in_force(workspace_id, today)
    published: dict[str, Analysis] = {}
    for publication in sorted(in_force.values(), key=lambda each: each.published_at):
        if publication.kind not in COLUMNS:
            continue
        try:
            published[publication.kind] = storage.analyses.get(workspace_id, publication.analysis_id)
        except NotFound:  # forgotten with its dataset
            continue
    found = list(published.values()) or sorted(newest.values(), key=lambda one: one.id)
    if not found:
        return None
    base = found[-1]
    others = {kind: one for kind, one in newest.items() if one.dataset_id == base.dataset_id}
    book = storage.price_books.current(workspace_id, on=today)
    return Sources(
        workspace_id=workspace_id,
        analyses=others | published,
        published=frozenset(published),
        base=base,
        price_book_id=None if book is None else book.id,
        next_change=storage.publications.next_effective(workspace_id, today),
    )


def content_of(storage: Storage, sources: Sources) -> Content:
    """Read the analyses and tell of every customer."""
    answers = {
        kind: _answer(kind, one, published=kind in sources.published)
        for kind, one in sources.analyses.items()
    }
    base = sources.base
    as_of = date.fromisoformat(answers[base.kind].result["options"]["as_of"])
    dataset = storage.datasets.get(sources.workspace_id, base.dataset_id)
    tables = storage.blobs.tables(sources.workspace_id, base.dataset_id, base.dataset_version)
    asked = base.options.get("as_of") or "newest"
    panel = storage.blobs.panel(sources.workspace_id, base.dataset_id, base.dataset_version) / asked
    today = _today(panel / "months.parquet", answers)
    basis = Basis(
        workspace_id=sources.workspace_id,
        as_of=as_of,
        currency=dataset.currency,
        today=today,
        answers=answers,
        price_book_version=sources.price_book_id,
        next_change=sources.next_change,
    )
    return Content(
        bodies=[_body(each) for each in recommendations(basis)],
        external=_external(tables / "external_ids.parquet", today),
        about=about_offers(answers, as_of=as_of.isoformat(), currency=dataset.currency),
    )


def _answer(kind: str, analysis: Analysis, *, published: bool) -> Answer:
    result = json.loads((analysis.folder / RESULT).read_bytes())
    rows: dict[str, dict[str, Any]] = {}
    if COLUMNS[kind] and ROWS in analysis.files:
        path = analysis.folder / ROWS
        there = set(pq.read_schema(path).names)
        table = pq.read_table(
            path, columns=["customer_id", *(name for name in COLUMNS[kind] if name in there)]
        )
        for row in table.to_pylist():
            customer_id = row.pop("customer_id")
            rows[customer_id] = {name: plain(row.get(name)) for name in COLUMNS[kind]}
    return Answer(analysis.id, result, rows, published)


def _today(path: Path, answers: Mapping[str, Answer]) -> dict[str, tuple[str | None, float | None]]:
    """Return each customer's plan and MRR at the end of its last month; without a panel, those that answers name."""
    if not path.exists():
        known = {customer for answer in answers.values() for customer in answer.rows}
        rows = answers["raises"].rows if "raises" in answers else {}
        return {each: (None, rows.get(each, {}).get("current_mrr")) for each in known}
    table = pq.read_table(path, columns=["customer_id", "month", "plan", "mrr_end"])
    last = pc.max(table["month"])
    customers = table["customer_id"].combine_chunks()
    # Sorted by customer and then by month: the last row of each is where the next is another's.
    ends = pc.fill_null(pc.not_equal(customers[:-1], customers[1:]), fill_value=True)
    kept = pa.concat_arrays([ends, pa.array([True])]) if len(customers) else pa.array([], pa.bool_())
    found: dict[str, tuple[str | None, float | None]] = {}
    for row in table.filter(kept).to_pylist():
        mrr, here = plain(row["mrr_end"]), row["month"] == last.as_py()
        found[row["customer_id"]] = (row["plan"] if mrr and here else None, mrr if here else 0.0)
    return found


def _external(path: Path, customers: Mapping[str, object]) -> list[tuple[str, str, str]]:
    if not path.exists():
        return []
    rows = pq.read_table(path, columns=["system", "external_id", "customer_id"]).to_pylist()
    return [
        (row["system"], row["external_id"], row["customer_id"])
        for row in rows
        if row["customer_id"] in customers
    ]


def _body(told: dict[str, Any]) -> Body:
    """Write a recommendation as it leaves; its ETag is a hash of all the rest."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    etag = hashlib.sha256(text.encode()).hexdigest()[:32]
    content = f'{text[:-1]},"etag":"{etag}"}}'.encode()
    return Body(told["customer_id"], told["id"], etag, content)
