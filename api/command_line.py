"""Every command with its options; each calls one function and turns a refusal into plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import audit, keys, price_book, proposals, screen, settings
from api.terminal.settings import Data

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(price_book.app, name="price-book")
app.add_typer(proposals.app, name="proposals")

Source = Annotated[str, typer.Argument(help="a folder, a zip, a DuckDB file or postgresql://…?schema=…")]
Currency = Annotated[str | None, typer.Option(help="ISO code; default: what dataset.toml says")]
Json = Annotated[Path | None, typer.Option("--json", help="write the result here")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")]


@app.command()
def check(folder: Source, currency: Currency = None, json_out: Json = None) -> None:
    """Check tables and show the data report."""
    from api.terminal import local  # noqa: PLC0415  the data engine, which `keys` does not need

    with screen.refusals():
        local.check(folder, currency=currency, json_out=json_out)


@app.command()
def analyze(
    folder: Source,
    *,
    kind: Annotated[
        str, typer.Option(help="which question; `report` asks all that the tables allow")
    ] = "report",
    options: Annotated[str, typer.Option(help="the kind's options as JSON")] = "{}",
    currency: Currency = None,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same result")] = 0,
    json_out: Json = None,
    report: Annotated[Path | None, typer.Option(help="write the report's page here")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="a folder where long searches are kept, to go on another time")
    ] = None,
) -> None:
    """Analyse tables without a server."""
    from api.terminal import local  # noqa: PLC0415  as above

    with screen.refusals():
        asked = local.Asked(kind=kind, options=options, seed=seed)
        local.analyze(folder, asked, currency=currency, json_out=json_out, report_out=report, keep=keep)


@app.command()
def letters(
    folder: Source,
    *,
    out: Annotated[Path, typer.Option(help="a folder: a letter as .md and .html for each raised customer")],
    options: Annotated[str, typer.Option(help="options of `raises` as JSON")] = "{}",
    currency: Currency = None,
    seed: Annotated[int, typer.Option(min=0, help="the same seed holds out the same customers")] = 0,
) -> None:
    """Plan raises and write the letters that tell them."""
    from api.terminal import letters as post  # noqa: PLC0415  as above
    from api.terminal import local  # noqa: PLC0415  as above

    with screen.refusals():
        asked = local.Asked(kind=post.KIND, options=options, seed=seed)
        post.write(folder, asked, currency=currency, out=out)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="write the report and end")] = False,
    port: Port = 8000,
    report: Annotated[Path, typer.Option(help="with --once: where to")] = Path("pricing-report.html"),
    seed: Annotated[int, typer.Option(min=0, help="chance within the business")] = 7,
) -> None:
    """Make a sample business, run the whole report and open the doors."""
    from api.terminal import demo as sample  # noqa: PLC0415  as above

    with screen.refusals():
        if once:
            sample.write_report(report, seed=seed)
        else:
            sample.serve_report(port=port, seed=seed)


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="with --dev: loopback only")] = "127.0.0.1",
    port: Port = 8000,
    dev: Annotated[bool, typer.Option("--dev", help="this machine only, with the keys dev and dev2")] = False,
    data_folder: Data = None,
    api_processes: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="on one port; default: PRICING_SERVICE_API_PROCESSES or 1"),
    ] = None,
) -> None:
    """Serve the API, with a worker beside it."""
    from api.terminal import server  # noqa: PLC0415  as above

    with screen.refusals():
        told = settings.said(dev=dev, data_folder=data_folder, api_processes=api_processes)
        server.serve(told, host=host, port=port)


@app.command()
def worker(
    until_stdin_ends: Annotated[bool, typer.Option("--until-stdin-ends", hidden=True)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="log nothing but troubles")] = False,
    data_folder: Data = None,
) -> None:
    """Run queued analyses."""
    from api.terminal import server  # noqa: PLC0415  as above

    with screen.refusals():
        server.work(settings.said(data_folder=data_folder), until_stdin_ends=until_stdin_ends, quiet=quiet)


@app.command()
def mcp() -> None:
    """Offer the tools to an agent over stdio; PRICING_SERVICE_URL and PRICING_SERVICE_KEY say whose."""
    from api.terminal import agents, remote  # noqa: PLC0415  as above

    with screen.refusals():
        agents.serve(remote.RemoteSettings())


@app.command()
def publish(
    analysis_id: str,
    *,
    workspace: Annotated[str, typer.Option("--workspace", help="the workspace's name or id")],
    effective: Annotated[str | None, typer.Option(help="the first day; default: today")] = None,
    by: Annotated[str, typer.Option(help="who decides")] = "operator",
    data_folder: Data = None,
) -> None:
    """Publish an analysis: recommendations say what it found from that day on."""
    from api.terminal import publishing  # noqa: PLC0415  as above

    with screen.refusals():
        publishing.publish(
            settings.said(data_folder=data_folder), workspace, analysis_id, effective=effective, by=by
        )


@app.command()
def migrate(data_folder: Data = None) -> None:
    """Bring the database's schema up to date."""
    from pricing_service.storage import Storage  # noqa: PLC0415  as above

    with screen.refusals():
        Storage.open(settings.said(data_folder=data_folder), migrate=True).close()
        screen.say("The database is up to date.")


@app.command()
def backup(target: Path, data_folder: Data = None) -> None:
    """Copy everything into one file, while the service runs."""
    from pricing_service.storage import backups  # noqa: PLC0415  as above

    with screen.refusals():
        backups.back_up(settings.said(data_folder=data_folder), target)
        screen.say(f"The backup is in {target}")


@app.command()
def restore(source: Path, data_folder: Data = None) -> None:
    """Put a backup into an empty data folder, bring its schema up to date, and forget again who was forgotten since."""
    from api.datasets import DatasetDesk  # noqa: PLC0415  as above
    from pricing_service.storage import Storage, backups  # noqa: PLC0415  as above

    where = settings.said(data_folder=data_folder)
    with screen.refusals():
        backups.restore(where, source)
        with Storage.open(where, migrate=True) as storage:
            DatasetDesk(storage).finish_forgetting()
        screen.say(f"The data are in {where.data_folder}")


def main() -> None:
    """Run the command that the arguments name."""
    app()


if __name__ == "__main__":
    main()
