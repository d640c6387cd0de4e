"""A customer forgotten: a version of the dataset in which nothing tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pricing_service.dataset import Dataset
from pricing_service.ingest.casting import literal
from pricing_service.ingest.intake import ingest
from pricing_service.ingest.sources import Contents
from pricing_service.ingest.stored import contents_of, earlier_version, stored_tables
from pricing_service.tables import TABLES

_CUSTOMERS_ELSEWHERE = ("parent_id", "merged_into", "referred")
"""Columns that hold another customer's id."""


def forget_customer(dataset: Dataset, customer_id: str, *, folder: Path) -> Dataset:
    """Write a version into `folder` in which nothing tells of a customer, the quarantine included.

    Its rows and its leads go; other customers that name it as parent or successor lose that name.
    """
    return ingest(
        _Without(dataset, customer_id),
        folder=folder,
        name=dataset.name,
        currency=dataset.currency,
        may_be_empty=True,
    )


@dataclass(frozen=True)
class _Without:
    """A stored dataset without one customer."""

    dataset: Dataset
    customer_id: str
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Leave out whatever is the customer's."""
        who = f"nfc_normalize({literal(self.customer_id)})"
        stored = stored_tables(self.dataset)
        leads = stored.get("leads")
        left = {name: self._left(name, select, leads, who) for name, select in stored.items()}
        contents = contents_of(connection, self.dataset, left)
        told = (
            f"coalesce(customer_id = {who}, false) OR coalesce(id = {who}, false) OR contains(value, {who})"
        )
        contents.earlier = earlier_version(self.dataset, stored, keep=f"({told}) IS NOT TRUE")
        return contents

    def _left(self, name: str, select: str, leads: str | None, who: str) -> str:
        names = [column.name for column in TABLES[name].columns]
        elsewhere = [column for column in _CUSTOMERS_ELSEWHERE if column in names]
        renamed = ", ".join(f"nullif({column}, {who}) AS {column}" for column in elsewhere)
        kept = f"customer_id IS DISTINCT FROM {who}" if "customer_id" in names else "true"
        if "lead_id" in names and name != "leads" and leads:
            theirs = f"SELECT lead_id FROM {leads} WHERE customer_id = {who} AND lead_id IS NOT NULL"
            kept += f" AND (lead_id IS NULL OR lead_id NOT IN ({theirs}))"
        return f"(SELECT * {f'REPLACE ({renamed})' if renamed else ''} FROM {select} WHERE {kept})"
