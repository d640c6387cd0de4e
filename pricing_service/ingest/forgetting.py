"""A customer forgotten: a version of the dataset in which nothing tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pricing_service.dataset import Dataset
from pricing_service.ingest.casting import literal
from pricing_service.ingest.engine import engine
from pricing_service.ingest.intake import ingest
from pricing_service.ingest.sources import Contents
from pricing_service.ingest.stored import contents_of, earlier_version, stored_tables
from pricing_service.ingest.tombstones import ELSEWHERE, Tombstones, customers_told_of
from pricing_service.tables import TABLES


def forget_customer(
    dataset: Dataset, customer_id: str, *, folder: Path, names: Sequence[str] = ()
) -> Dataset:
    """Write a version into `folder` in which nothing tells of a customer, the quarantine included.

    Its rows and its leads go; other customers that name it as parent or successor lose that name. Quarantined rows go
    that quote its id or one of its `names`.
    """
    return ingest(
        _Without(dataset, customer_id, tuple(names)),
        folder=folder,
        name=dataset.name,
        currency=dataset.currency,
        may_be_empty=True,
    )


def forgotten_in(dataset: Dataset, tombstones: Tombstones, *, workspace: Path) -> list[str]:
    """Return the forgotten customers of whom a dataset still tells, such as one from an old backup."""
    with engine(workspace) as connection:
        return sorted(filter(tombstones.hold, customers_told_of(connection, dataset)))


def tells_of(dataset: Dataset, customer_id: str, *, names: Sequence[str], workspace: Path) -> bool:
    """Whether a dataset holds a customer's id, or a quarantined value quotes it or one of its names."""
    quarantine = f"read_parquet({literal(str(dataset.folder / 'quarantine.parquet'))})"
    words = " OR ".join(f"contains(value, {literal(word)})" for word in (customer_id, *names))
    with engine(workspace) as connection:
        if customer_id in customers_told_of(connection, dataset):
            return True
        found = connection.execute(f"SELECT EXISTS (FROM {quarantine} WHERE {words})").fetchone()
    return bool(found and found[0])


def names_of(dataset: Dataset, customer_id: str, *, workspace: Path) -> list[str]:
    """Return how a customer is called in a dataset."""
    stored = stored_tables(dataset).get("customers")
    if stored is None:
        return []
    with engine(workspace) as connection:
        rows = connection.execute(
            f"SELECT DISTINCT name FROM {stored} WHERE customer_id = nfc_normalize({literal(customer_id)}) "
            "AND name IS NOT NULL ORDER BY name"
        ).fetchall()
    return [row[0] for row in rows]


@dataclass(frozen=True)
class _Without:
    """A stored dataset without one customer."""

    dataset: Dataset
    customer_id: str
    names: tuple[str, ...]
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Leave out whatever is the customer's."""
        who = f"nfc_normalize({literal(self.customer_id)})"
        stored = stored_tables(self.dataset)
        leads = stored.get("leads")
        left = {name: self._left(name, select, leads, who) for name, select in stored.items()}
        contents = contents_of(connection, self.dataset, left)
        told = " OR ".join(
            [
                f"coalesce(customer_id = {who}, false)",
                f"coalesce(id = {who}, false)",
                *(f"contains(value, {each})" for each in (who, *map(literal, self.names))),
            ]
        )
        contents.earlier = earlier_version(self.dataset, stored, keep=f"({told}) IS NOT TRUE")
        return contents

    def _left(self, name: str, select: str, leads: str | None, who: str) -> str:
        names = [column.name for column in TABLES[name].columns]
        elsewhere = [column for column in ELSEWHERE if column in names]
        renamed = ", ".join(f"nullif({column}, {who}) AS {column}" for column in elsewhere)
        kept = f"customer_id IS DISTINCT FROM {who}" if "customer_id" in names else "true"
        if "lead_id" in names and name != "leads" and leads:
            theirs = f"SELECT lead_id FROM {leads} WHERE customer_id = {who} AND lead_id IS NOT NULL"
            kept += f" AND (lead_id IS NULL OR lead_id NOT IN ({theirs}))"
        return f"(SELECT * {f'REPLACE ({renamed})' if renamed else ''} FROM {select} WHERE {kept})"
