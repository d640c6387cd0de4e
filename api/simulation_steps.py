"""The steps of a simulation, which the worker and the command line share: re-rate, render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from api.analysis_steps import REPORT, RESULT, ROWS
from pricing_service.decisions import canonical_json
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.re_rating import SimulationOptions
from pricing_service.re_rating.simulation import Books, Progress
from pricing_service.re_rating.simulation import simulate as re_rate
from pricing_service.storage.blobs import whole_file, write_whole

CUSTOMERS = ROWS
LINES = "lines.parquet"


@dataclass(frozen=True)
class Asked:
    """What is simulated, complete in itself: books are copied, so that a later change of them changes nothing.

    Parameters
    ----------
    draft, current
        The books after and before; without a current one, before is what was paid.
    names
        Ids of the two books, for the result; empty on the command line.
    options
        Window and assumptions.
    """

    draft: PriceBook
    current: PriceBook | None
    names: Mapping[str, str | None]
    options: SimulationOptions

    def as_json(self) -> dict[str, Any]:
        """Return it as the options of an analysis."""
        return {
            "price_book": self.names.get("draft"),
            "content_hash": self.draft.content_hash,
            "compared_with": self.names.get("current"),
            "draft": self.draft.priced().as_json(),
            "current": self.current.priced().as_json() if self.current is not None else None,
            "options": self.options.model_dump(mode="json"),
        }


def as_of(asked: Mapping[str, Any]) -> date | None:
    """Return the day up to which data count."""
    return SimulationOptions.model_validate(asked["options"]).as_of


def simulate(panel: StoredPanel, asked: Mapping[str, Any], folder: Path, *, progress: Progress) -> None:
    """Re-rate the panel; writes the result, the customers and the lines."""
    current = asked["current"]
    books = Books(
        draft=PriceBook.model_validate(asked["draft"]),
        current=PriceBook.model_validate(current) if current is not None else None,
    )
    found = re_rate(panel, books, SimulationOptions.model_validate(asked["options"]), progress=progress)
    names = {name: asked[name] for name in ("price_book", "content_hash", "compared_with")}
    _write(found.customers, folder / CUSTOMERS)
    _write(found.lines, folder / LINES)
    write_whole(folder / RESULT, canonical_json(found.result | names))


def render(folder: Path, *, title: str, generated_for: date) -> None:
    """Draw the page of a result that `simulate` wrote."""
    # Drawing imports altair, which costs a second; whoever only serves never comes here.
    from api.pages.simulation import render_simulation  # noqa: PLC0415

    result = json.loads((folder / RESULT).read_bytes())
    page = render_simulation(result, title=title, generated_for=generated_for)
    write_whole(folder / REPORT, page.encode())


def _write(table: pa.Table, path: Path) -> None:
    with whole_file(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
