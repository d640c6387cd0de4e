"""The three steps of every analysis, which the worker and the command line share: panel, decide, render."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pricing_service.dataset import Dataset
from pricing_service.decisions import DECISIONS, canonical_json
from pricing_service.decisions._base import Progress
from pricing_service.panel import StoredPanel, panel_of
from pricing_service.panel.kept import Kept
from pricing_service.storage.blobs import whole_file, write_whole

RESULT = "result.json"
ROWS = "rows.parquet"
REPORT = "report.html"


@dataclass(frozen=True)
class Question:
    """What is asked of a dataset; equal questions have equal answers to the byte."""

    kind: str
    options: Mapping[str, Any]
    seed: int

    @property
    def as_of(self) -> date | None:
        """The day up to which data count; None: the last with data."""
        return DECISIONS[self.kind].options.model_validate(self.options).as_of


def make_panel(dataset: Dataset, folder: Path, *, as_of: date | None, today: date) -> StoredPanel:
    """Build the panel, or open the one that an earlier analysis up to the same day left in `folder`."""
    place = folder / (as_of.isoformat() if as_of else "newest")
    try:
        return StoredPanel.open(place, dataset)
    except FileNotFoundError:
        return panel_of(dataset, folder=place, as_of=as_of, today=today)


def decide(
    panel: StoredPanel, question: Question, folder: Path, *, progress: Progress, kept: Kept | None = None
) -> None:
    """Answer the question; writes the result, and the per-customer table where the kind has one.

    What a long analysis keeps of its work goes to `kept`, by default nowhere; the answer is the same to the byte.
    """
    decision = DECISIONS[question.kind]
    options = decision.options.model_validate(question.options)
    outcome = decision().decide(replace(panel, kept=kept), options, seed=question.seed, progress=progress)
    if outcome.rows is not None:
        write_rows(outcome.rows, folder / ROWS)
    write_whole(folder / RESULT, canonical_json(outcome.result))


def render(folder: Path, question: Question, *, title: str, currency: str, generated_for: date) -> None:
    """Draw the report of a result that `decide` wrote."""
    # Drawing imports altair, which costs a second; whoever only serves never comes here.
    from api.pages import render_report  # noqa: PLC0415

    result = json.loads((folder / RESULT).read_bytes())
    shown = result if question.kind == "report" else {"analyses": {question.kind: result}}
    page = render_report(shown, title=title, currency=currency, generated_for=generated_for)
    write_whole(folder / REPORT, page.encode())


def write_rows(rows: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Write a per-customer table; the same columns give the same bytes."""
    table = pa.table({name: list(values) for name, values in rows.items()})
    with whole_file(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
