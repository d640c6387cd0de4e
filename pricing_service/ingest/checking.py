"""All checks of the contract, in order: every row, the rows of a table, the tables of a dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pricing_service.ingest.crossing import check_rows
from pricing_service.ingest.errors import TableRefused
from pricing_service.ingest.families import Families
from pricing_service.ingest.quarantine import Quarantine
from pricing_service.ingest.sources import Contents
from pricing_service.ingest.staging import Staged, stage
from pricing_service.tables import TABLES

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Checked:
    """The tables of a source inside the engine, every row with its mark.

    Parameters
    ----------
    staged
        Tables that could be read.
    refused
        Tables that could not.
    customers_from
        The tables that tell who is a customer.
    """

    staged: dict[str, Staged]
    refused: dict[str, TableRefused]
    quarantine: Quarantine
    customers_from: tuple[str, ...]


def check(connection: Any, contents: Contents, *, currency: str, progress: Progress) -> Checked:
    """Read every table of `contents` into the engine and mark its rows."""
    quarantine = Quarantine(connection)
    staged: dict[str, Staged] = {}
    refused = dict(contents.refused)
    steps = len(contents.tables)
    for done, (name, relation) in enumerate(contents.tables.items()):
        progress("checking tables", done, steps)
        mapping = contents.settings.columns.get(name, {})
        numbers = contents.earlier.numbers.get(name, ()) if contents.earlier else ()
        try:
            staged[name] = stage(
                connection, TABLES[name], relation, mapping=mapping, currency=currency, numbers=numbers
            )
        except TableRefused as error:
            refused[name] = error
    progress("checking tables", steps, steps)
    if contents.refuse:
        contents.refuse(quarantine, staged)
    for one in staged.values():
        quarantine.add_faulty(one)
    # Rates come first: rows in other currencies stand on them.
    for name in sorted(staged, key=lambda table: table != "exchange_rates"):
        has_rates = "exchange_rates" in staged
        check_rows(connection, quarantine, staged[name], currency=currency, has_rates=has_rates)
    families = Families(connection, quarantine, staged)
    families.check()
    for one in staged.values():
        quarantine.settle_lines(one)
    if contents.earlier:
        quarantine.carry_over(contents.earlier)
    return Checked(staged, refused, quarantine, families.customers_from)
