"""Price books in files: where they are read from, what is written, and a simulation by the worker's own steps."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api import analysis_steps, simulation_steps, strict_json
from api.analysis_steps import REPORT, RESULT
from api.json_body import checked
from api.problems import Malformed
from api.rows import as_csv
from api.simulation_steps import CUSTOMERS, LINES, Asked
from api.terminal import screen
from api.today import utc_today
from pricing_service.dataset import Dataset
from pricing_service.ingest import ingest, open_source
from pricing_service.price_book import PriceBook, PriceBookRefused, Remark
from pricing_service.price_book.from_table import TABLE, book_from_table
from pricing_service.price_book.pricing2yaml import read_pricing, write_pricing
from pricing_service.re_rating import SimulationOptions

_YAML = (".yml", ".yaml")
_OPTIONS = TypeAdapter(SimulationOptions)
PAID = "paid"


@dataclass(frozen=True)
class Place:
    """Where a price book is: a file of its own, or a dataset's table, of a day and a region."""

    source: str
    currency: str | None = None
    on: str | None = None
    region: str | None = None

    def read(self) -> PriceBook:
        """Read it; remarks go to the terminal.

        Raises
        ------
        PriceBookRefused
            If there is no book, or a broken one.
        """
        path = Path(self.source)
        if path.suffix.lower() == ".json":
            return _checked(path)
        if path.suffix.lower() in _YAML:
            book, remarks = read_pricing(path.read_text(encoding="utf-8"))
        else:
            with tempfile.TemporaryDirectory(prefix="price-book-") as folder:
                dataset = ingest(
                    open_source(self.source), folder=Path(folder) / "tables", currency=self.currency
                )
                book, remarks = book_from_table(dataset, on=self._day(), region=self.region)
        say_remarks(remarks)
        return book

    def _day(self) -> date:
        try:
            return date.fromisoformat(self.on) if self.on else utc_today()
        except ValueError as error:
            raise Malformed(f"--on is a date such as 2026-01-31, and is {self.on!r}.") from error


@dataclass(frozen=True)
class Question:
    """What the command line asks of a simulation; `options` is JSON."""

    draft: str
    against: str | None
    options: str


def say_remarks(remarks: tuple[Remark, ...]) -> None:
    """Print what is to be known about a book that was read or written."""
    for remark in remarks:
        screen.warn(remark.message)


def write(text: str, out: Path | None) -> None:
    """Write a text to a file, or print it to the letter."""
    if out is None:
        print(text, end="")  # noqa: T201  rich would wrap and colour it
    else:
        out.write_text(text, encoding="utf-8")


def as_pricing2yaml(book: PriceBook, *, syntax: str) -> str:
    """Write a book as Pricing2Yaml; what the format cannot say goes to the terminal."""
    text, remarks = write_pricing(book, on=utc_today(), syntax=syntax)
    say_remarks(remarks)
    return text


def simulate(source: str, asked: Question, *, currency: str | None, out: Path | None) -> dict[str, Any]:
    """Re-rate a dataset under a draft; prints the sentences, and writes everything into a folder where one is given."""
    options = checked(_OPTIONS, strict_json.loads(asked.options.encode()))
    with tempfile.TemporaryDirectory(prefix="simulate-") as name:
        folder = Path(name)
        dataset = ingest(open_source(source), folder=folder / "tables", currency=currency)
        current = _current(dataset, asked.against)
        books = Asked(Place(asked.draft, currency=currency).read(), current, {}, options).as_json()
        with screen.progress() as progress:
            panel = analysis_steps.make_panel(
                dataset, folder / "panel", as_of=options.as_of, today=utc_today()
            )
            simulation_steps.simulate(panel, books, folder, progress=progress)
        if out is not None:
            simulation_steps.render(folder, title=dataset.name, generated_for=panel.as_of)
            _write_all(folder, out)
        result: dict[str, Any] = json.loads((folder / RESULT).read_bytes())
    screen.show_result("simulation", result)
    return result


def _write_all(folder: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name in (RESULT, REPORT):
        (out / name).write_bytes((folder / name).read_bytes())
    for file, name in ((CUSTOMERS, "customers.csv"), (LINES, "lines.csv")):
        with (out / name).open("w", encoding="utf-8", newline="") as target:
            target.writelines(as_csv(folder / file))


def _current(dataset: Dataset, against: str | None) -> PriceBook | None:
    """Return the book before: the one that is named, else the dataset's own; None for what was paid."""
    if against == PAID or (against is None and TABLE not in dataset.tables):
        return None
    if against is not None:
        return Place(against).read()
    book, remarks = book_from_table(dataset, on=utc_today())
    say_remarks(remarks)
    return book


def _checked(path: Path) -> PriceBook:
    try:
        return PriceBook.model_validate(strict_json.loads(path.read_bytes()))
    except ValidationError as error:
        raise PriceBookRefused.of(error) from error
