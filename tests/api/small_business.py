"""A business of 40 customers and 12 months, small enough for every test: the tables as CSV texts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CUSTOMERS = 40
MONTHS = [f"2025-{month:02d}-01" for month in range(1, 13)]


def tables() -> dict[str, str]:
    """File name → content. Value follows postings closely and seats hardly; nothing in it is random."""
    customers, subscriptions, usage, outcomes = [], [], [], []
    for number in range(CUSTOMERS):
        customer, postings = f"c{number:02d}", 3 + number % 17
        customers.append(f"{customer},2024-06-01,{'DE' if number % 3 else 'NL'}")
        subscriptions.append(f"{customer},2024-06-01,,team,{200 + 10 * (number % 7)}")
        for at, month in enumerate(MONTHS):
            wobble = 1 + 0.1 * ((number * 7 + at * 3) % 5 - 2)
            usage.append(f"{customer},{month},postings,{postings}")
            usage.append(f"{customer},{month},seats,{2 + (number * 5) % 11}")
            outcomes.append(
                f"{customer},{month},revenue,{100 * postings * wobble:.2f},{100 * postings * wobble:.2f}"
            )
    return {
        "customers.csv": _csv("customer_id,signed_up,country", customers),
        "subscriptions.csv": _csv("customer_id,start,end,plan,mrr", subscriptions),
        "usage.csv": _csv("customer_id,date,metric,units", usage),
        "outcomes.csv": _csv("customer_id,date,kpi,amount,value", outcomes),
    }


def offers() -> dict[str, str]:
    """Sixty offers of a posting besides, at four prices: who was offered it for 20 or 25 bought, dearer few did."""
    leads, quotes = [], []
    for at in range(60):
        price, won = (20, 25, 30, 40)[at % 4], at % 4 < 2 or at % 12 == 2
        leads.append(f"l{at:02d},2025-02-01")
        said = "won," if won else "lost,price"
        quotes.append(f"q{at:02d},l{at:02d},2025-03-01,postings,10,{10 * price},{10 * price},{said}")
    return {
        "leads.csv": _csv("lead_id,created", leads),
        "quotes.csv": _csv("quote_id,lead_id,date,metric,units,list_price,price,result,reason", quotes),
    }


def zipped(content: dict[str, str]) -> bytes:
    """The same as one zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return packed.getvalue()


def parts(content: dict[str, str]) -> list[tuple[str, tuple[str, bytes]]]:
    """The same as a multipart upload's files."""
    return [("files", (name, text.encode())) for name, text in content.items()]


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows as a table, of all columns that any of them has."""
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _csv(head: str, lines: list[str]) -> str:
    return "\n".join([head, *lines]) + "\n"


def folder(place: Path) -> Path:
    """The same as a folder."""
    for name, text in tables().items():
        (place / name).write_text(text)
    return place
