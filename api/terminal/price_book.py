"""`price-book`: read, write and simulate price books in files, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.terminal import screen

app = typer.Typer(no_args_is_help=True, help=__doc__)

Book = Annotated[
    str,
    typer.Argument(help="a .json or .yml file (Pricing2Yaml), or a dataset whose price_book table is read"),
]
Out = Annotated[Path | None, typer.Option(help="write it here; default: print it")]
Currency = Annotated[str | None, typer.Option(help="ISO code; default: what dataset.toml says")]
On = Annotated[str | None, typer.Option(help="of a dataset: the day whose prices count; default: today")]
Region = Annotated[str | None, typer.Option(help="of a dataset: whose prices count")]


@app.command("import")
def import_book(
    source: Book, *, out: Out = None, currency: Currency = None, on: On = None, region: Region = None
) -> None:
    """Read a price book from any source and write it as JSON."""
    from api.terminal import books  # noqa: PLC0415  the data engine, which `keys` does not need

    with screen.refusals():
        read = books.Place(source, currency=currency, on=on, region=region).read()
        books.write(json.dumps(read.as_json(), indent=1, ensure_ascii=False) + "\n", out)


@app.command()
def export(
    source: Book,
    *,
    out: Out = None,
    syntax: Annotated[str, typer.Option(help="Pricing2Yaml's version: 2.1, 3.0 or 3.1")] = "3.1",
    currency: Currency = None,
    on: On = None,
    region: Region = None,
) -> None:
    """Write a price book as Pricing2Yaml; what the format cannot say is named."""
    from api.terminal import books  # noqa: PLC0415  as above

    with screen.refusals():
        book = books.Place(source, currency=currency, on=on, region=region).read()
        books.write(books.as_pricing2yaml(book, syntax=syntax), out)


@app.command()
def simulate(
    folder: Annotated[str, typer.Argument(help="a folder, a zip, a DuckDB file or postgresql://…?schema=…")],
    *,
    draft: Annotated[str, typer.Option(help="the book after, as for `import`")],
    against: Annotated[
        str | None,
        typer.Option(help="the book before, or `paid`; default: the dataset's own, else what was paid"),
    ] = None,
    options: Annotated[str, typer.Option(help="window and assumptions as JSON")] = "{}",
    currency: Currency = None,
    out: Annotated[
        Path | None, typer.Option(help="a folder for result.json, customers.csv, lines.csv and report.html")
    ] = None,
) -> None:
    """Re-rate the usage of every customer under a draft."""
    from api.terminal import books  # noqa: PLC0415  as above

    with screen.refusals():
        asked = books.Question(draft=draft, against=against, options=options)
        books.simulate(folder, asked, currency=currency, out=out)
