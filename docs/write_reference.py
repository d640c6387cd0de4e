"""Write docs/reference/ from the code: tables, kinds and their options, settings, problems, routes.

Run by `make docs`; a test compares the pages with what this writes, so the reference cannot drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from api.app import create_app
from api.problems import FRAMEWORK, PROBLEMS
from api.terminal.remote import RemoteSettings
from models import value_metrics
from models.registry import discover
from models.value_metrics._base import MetricScore
from pricing_service.config import Settings
from pricing_service.decisions import DECISIONS
from pricing_service.re_rating import SimulationOptions
from pricing_service.tables import TABLES, Column, Table

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Written by `make docs` from the code; a change here is overwritten. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(content: object) -> str:
    return str(content).replace("|", "\\|").replace("\n", " ")


def tables() -> str:
    """Every table of the data contract with its columns."""
    parts = [
        "# Tables",
        "Required columns are in bold. Ids are text, kept to the letter; dates are ISO 8601.",
    ]
    parts += [_one_table(contract) for contract in TABLES.values()]
    return "\n\n".join(parts)


def _one_table(contract: Table) -> str:
    lines = [f"## {contract.name}", f"One row is {contract.row}."]
    if contract.key:
        lines.append("Key: " + ", ".join(f"`{name}`" for name in contract.key) + ".")
    else:
        lines.append("Rows are events: equal rows add up, unless a `row_id` names them.")
    if contract.extras:
        lines.append(f"Other columns are kept as {contract.extras}.")
    columns = table(["column", "kind", "accepts"], (_column(column) for column in contract.columns))
    return "\n\n".join([lines[0], " ".join(lines[1:]), columns])


def _column(column: Column) -> tuple[str, str, str]:
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    low = None if column.low is None else f"≥ {column.low:g}"
    high = None if column.high is None else f"≤ {column.high:g}"
    words = " · ".join(f"`{word}`" for word in column.words)
    reserved = " · ".join(f"`{word}` is a word of its own" for word in column.reserved)
    parent = f"a key of [{column.parent}](#{column.parent})" if column.parent else None
    default = f"default {column.default}" if column.default else None
    return (
        name,
        column.kind.value,
        ", ".join(part for part in (words, reserved, low, high, parent, default) if part),
    )


def kinds() -> str:
    """Every kind of analysis: what it needs, what may be asked of it."""
    parts = ["# Kinds of analysis"]
    for kind, decision in DECISIONS.items():
        needs = [(" or ".join(need.tables), need.unlocks, need.cheapest) for need in decision.needs]
        options = [_field(name, field) for name, field in decision.options.model_fields.items()]
        parts += [f"## {kind}", decision.title, table(["option", "default", "meaning"], options)]
        if needs:
            parts.insert(-1, table(["needs", "which unlocks", "cheapest way to get it"], needs))
    parts += ["## Scores of a value metric", _scores()]
    asked = [_field(name, field) for name, field in SimulationOptions.model_fields.items()]
    parts += ["## Simulating a price book", table(["option", "default", "meaning"], asked)]
    return "\n\n".join(parts)


def _scores() -> str:
    scores = discover(value_metrics, MetricScore)
    first_lines = (
        (f"`{name}`", (score.__doc__ or "").strip().split("\n")[0]) for name, score in scores.items()
    )
    return table(["score", "what it says"], first_lines)


def settings() -> str:
    """Every setting with its environment variable."""
    prefix = Settings.model_config["env_prefix"]
    fields = [*Settings.model_fields.items(), *RemoteSettings.model_fields.items()]
    rows = [_field(f"{prefix}{name}".upper(), field) for name, field in fields]
    return "\n\n".join(["# Settings", table(["variable", "default", "meaning"], rows)])


def _field(name: str, field: FieldInfo) -> tuple[str, str, str]:
    default: Any = field.get_default(call_default_factory=True)
    shown = "required" if default is PydanticUndefined else f"`{default}`" if default is not None else "none"
    words = [word for word in _words(field.annotation) if isinstance(word, str)]
    allowed = f" ({', '.join(f'`{word}`' for word in words)})" if words else ""
    return f"`{name}`", shown, f"{field.description or ''}{allowed}"


def _words(annotation: Any) -> list[Any]:
    """Return the fixed words that an option takes, inside unions and lists too."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for inner in get_args(annotation) for word in _words(inner)]


def problems() -> str:
    """Every problem that the API answers with."""
    shown = {row.code: row for row in [*PROBLEMS.values(), *FRAMEWORK.values()]}
    rows = sorted((row.status, f"`{row.code}`", row.title) for row in shown.values())
    return "\n\n".join(["# Problems", table(["status", "code", "title"], rows)])


def routes() -> str:
    """Every route of the API."""
    with TemporaryDirectory() as folder:
        paths = create_app(Settings(dev=True, data_folder=Path(folder))).openapi()["paths"]
    rows = [
        (f"`{verb.upper()} {path}`", route.get("description", "").partition("\n")[0])
        for path, verbs in sorted(paths.items())
        for verb, route in verbs.items()
    ]
    return "\n\n".join(
        [
            "# Routes",
            "`GET /openapi.json` has their shapes. `POST /mcp` is the [door for agents](../agents.md).",
            table(["call", "does"], rows),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "tables": tables,
    "kinds": kinds,
    "settings": settings,
    "problems": problems,
    "routes": routes,
}


def page(name: str) -> str:
    """Give the text of one page."""
    title, _, rest = PAGES[name]().partition("\n\n")
    return f"{title}\n\n{NOTE}\n\n{rest}\n"


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
