"""docs/durability.md: each measured row takes the place of the one that begins with the same cell."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "durability.md"


def write(row: str, *, page: Path = PAGE) -> None:
    """Put a row into the page.

    Raises
    ------
    ValueError
        If no row of the page begins so.
    """
    name = row.split("|")[1].strip()
    lines = page.read_text().split("\n")
    found = [at for at, line in enumerate(lines) if line.startswith(f"| {name} |")]
    if len(found) != 1:
        raise ValueError(f"{len(found)} rows of {page.name} begin with {name!r}")
    lines[found[0]] = row
    page.write_text("\n".join(lines))
