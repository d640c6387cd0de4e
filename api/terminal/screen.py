"""What a person sees in the terminal: words to stdout, progress and refusals to stderr."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from fastapi.exceptions import RequestValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from api.faults import faults, faults_of
from api.problems import PROBLEMS, Refused
from pricing_service.config import UnsafeSettings
from pricing_service.dataset import Dataset
from pricing_service.decisions import DECISIONS
from pricing_service.decisions._base import Progress as Report
from pricing_service.panel import MissingTables
from pricing_service.storage import StorageError

REFUSED = 2
_REFUSALS: tuple[type[Exception], ...] = (
    Refused,
    *PROBLEMS,
    MissingTables,
    UnsafeSettings,
    StorageError,
    OSError,
)

_words = Console(soft_wrap=True, highlight=False)
_signs = Console(stderr=True, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """Print a line, to the letter."""
    _words.print(escape(text))


def warn(text: str) -> None:
    """Print a remark beside the output, to the letter."""
    _signs.print(f"[bold yellow]Note.[/] {escape(text)}")


@contextmanager
def refusals() -> Iterator[None]:
    """Say a refusal in plain words and end with exit code 2."""
    try:
        yield
    except RequestValidationError as error:
        say_refusal("This cannot be asked.", faults(error.errors(), tags=frozenset(DECISIONS)))
    except _REFUSALS as error:
        # A single fault that only repeats the refusal is said once.
        said = [each for each in faults_of(error) if each["message"] != str(error)]
        say_refusal(str(error), said)
    else:
        return
    raise typer.Exit(REFUSED)


def say_refusal(message: str, faults: Sequence[Mapping[str, Any]]) -> None:
    """Print what is wrong and, a line each, where."""
    _signs.print(f"[bold red]Refused.[/] {escape(message)}")
    for fault in faults:
        place = fault.get("pointer") or ", ".join(
            f"{word} {fault[word]}" for word in ("table", "line", "column") if fault.get(word) is not None
        )
        _signs.print(f"  {escape(str(place))}: {escape(str(fault['message']))}")


@contextmanager
def progress() -> Iterator[Report]:
    """Show progress bars while the block lasts; on a terminal only."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_signs, transient=True, disable=not _signs.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(escape(step), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


def show_report(dataset: Dataset) -> None:
    """Print a dataset's data report: which tables are usable, and what to know about them."""
    say(f"{dataset.name}, in {dataset.currency}, version {dataset.version[:12]}")
    _words.print(_grid(dataset))
    report = dataset.report
    for reason in report.get("reasons", ()):
        place = f"{reason['table']}, line {reason['first_line']}"
        say(f"• {reason['message']}: {reason['rows']:,} in quarantine, the first at {place}")
    for warning in report.get("warnings", ()):
        say(f"• {warning['message']}")
    if report.get("files_ignored"):
        say(f"• no table of the contract: {', '.join(report['files_ignored'])}")


def _grid(dataset: Dataset) -> Table:
    grid = Table(box=None, pad_edge=False)
    grid.add_column("table")
    for head in ("rows", "quarantined", "repeated", "unmatched"):
        grid.add_column(head, justify="right")
    for name, found in sorted(dataset.report.get("tables", {}).items()):
        if name in dataset.tables:
            counts = (found[head] for head in ("rows", "quarantined", "repeated", "unmatched"))
            grid.add_row(escape(name), *(f"{count:,}" for count in counts))
    for name, why in sorted(dataset.refused.items()):
        grid.add_row(escape(name), f"refused: {escape(why)}")
    return grid


def show_result(kind: str, result: Mapping[str, Any]) -> None:
    """Print a result's sentences."""
    analyses = result.get("analyses", {kind: result}) if kind == "report" else {kind: result}
    # The value metric first: what is worth how much follows from it.
    for name in sorted(analyses, key=lambda name: (name != "value_metrics", name)):
        found = analyses[name]
        if len(analyses) > 1:
            _words.print(f"\n[bold]{escape(name.replace('_', ' '))}[/]")
        for sentence in found.get("sentences", ()):
            say(f"• {sentence}")
    for failure in result.get("failed", ()):
        say(f"• {failure['kind']} failed: {failure['reason']}")
    for gap in result.get("missing", ()):
        needed = ", ".join(gap["tables"])
        say(f"• {gap['kind']} needs {needed}: {gap['unlocks']}. Cheapest way: {gap['cheapest']}")
