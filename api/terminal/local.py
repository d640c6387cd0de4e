"""`check` and `analyze`: the worker's own steps, in this process and without a server."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from api import analysis_request, analysis_steps
from api.analyses import refuse_missing_tables
from api.analysis_steps import REPORT, RESULT, ROWS, Question
from api.problems import Malformed
from api.rows import plain
from api.terminal import screen
from pricing_service.dataset import Dataset
from pricing_service.decisions import canonical_json
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel
from pricing_service.storage.kept_files import KeptFiles


@dataclass(frozen=True)
class Asked:
    """What the command line says; `options` is JSON."""

    kind: str
    options: str
    seed: int

    def question(self) -> Question:
        """Check it as the API would.

        Raises
        ------
        RequestValidationError, Malformed
            For an unknown kind or option, or options that are not JSON.
        """
        try:
            options = json.loads(self.options)
        except json.JSONDecodeError as error:
            raise Malformed(f"--options is not JSON: {error}") from error
        body = {"dataset": "local", "kind": self.kind, "options": options, "seed": self.seed}
        asked = analysis_request.parse(body)
        return Question(asked.kind, asked.options.model_dump(mode="json"), asked.seed)


def check(source: str, *, currency: str | None, json_out: Path | None) -> None:
    """Check a source's tables and print the data report."""
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        dataset = _read(source, Path(folder) / "tables", currency=currency)
        screen.show_report(dataset)
        if json_out is not None:
            json_out.write_bytes(canonical_json(dict(dataset.report)))


def analyze(
    source: str,
    asked: Asked,
    *,
    currency: str | None,
    json_out: Path | None,
    report_out: Path | None,
    keep: Path | None = None,
) -> dict[str, Any]:
    """Answer one question about a source; prints the sentences, writes what was asked for.

    In the folder `keep` long analyses keep their work, and a later run goes on from there; None: nothing is kept.
    """
    question, kept = asked.question(), _kept(keep)
    with tempfile.TemporaryDirectory(prefix="analyze-") as name:
        folder = Path(name)
        dataset, panel = decided(source, question, folder, currency=currency, kept=kept)
        if report_out is not None:
            analysis_steps.render(
                folder,
                question,
                title=dataset.name,
                currency=panel.currency,
                generated_for=panel.as_of,
            )
            report_out.write_bytes((folder / REPORT).read_bytes())
        result: dict[str, Any] = json.loads((folder / RESULT).read_bytes())
        if json_out is not None:
            rows = {"rows": rows_of(folder / ROWS)} if (folder / ROWS).exists() else {}
            json_out.write_bytes(canonical_json({**result, **rows}))
    screen.show_result(question.kind, result)
    return result


def decided(
    source: str, question: Question, folder: Path, *, currency: str | None, kept: KeptFiles | None = None
) -> tuple[Dataset, StoredPanel]:
    """Read a source and answer the question into `folder`, keeping long work in `kept`; return what was read."""
    dataset = _read(source, folder / "tables", currency=currency)
    refuse_missing_tables(question.kind, dataset.tables)
    with screen.progress() as progress:
        progress("panel", 0, 1)
        panel = analysis_steps.make_panel(
            dataset, folder / "panel", as_of=question.as_of, today=datetime.now(UTC).date()
        )
        progress("panel", 1, 1)
        analysis_steps.decide(panel, question, folder, progress=progress, kept=kept)
    return dataset, panel


def _read(source: str, folder: Path, *, currency: str | None) -> Dataset:
    with screen.progress() as progress:
        return ingest(open_source(source), folder=folder, currency=currency, progress=progress)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read a per-customer table; none where there is no file."""
    listed = pq.read_table(path).to_pylist() if path.exists() else []
    return [{name: plain(value) for name, value in row.items()} for row in listed]


def _kept(folder: Path | None) -> KeptFiles | None:
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return KeptFiles(folder)
