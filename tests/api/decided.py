"""Analyses with known answers, stored as a worker would store them, for whatever reads what is published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from api import analysis_steps
from pricing_service.dataset import Dataset
from pricing_service.decisions import canonical_json
from pricing_service.storage import Analysis, NewAnalysis, Storage, StoredPublication
from pricing_service.storage.blobs import write_whole
from tests.api.small_business import CUSTOMERS

AS_OF = "2025-12-31"
WHO = [f"c{number:02d}" for number in range(CUSTOMERS)]
TIERS = [
    {"name": "Basic", "price": 150.0, "included_units": 5.0, "overage_price": 20.0},
    {"name": "Pro", "price": 400.0, "included_units": None, "overage_price": None},
]
EARNINGS = [{"price": price, "demand": 1 - price / 60} for price in (10.0, 20.0, 30.0, 40.0)]
WORTH = {
    "metric": "postings",
    "worth": {
        "value": 100.0, "low": 90.0, "high": 110.0, "level": 0.9, "n": 40, "unit": "EUR/postings", "method": "m",
        "warnings": [], "reason": None,
    },
    "price_corridor": {"low": 10.0, "high": 15.0},
    "recommended_price": {"price": {"value": 20.0}, "earnings": EARNINGS, "rests_on": "willingness"},
}  # fmt: skip
RAISES = {"elasticity": {"identified_by": "randomised"}}


def tier_rows(names: Mapping[str, str | None] | None = None) -> dict[str, list[Any]]:
    """Everybody fits Basic, but for those who are named."""
    tiers = [(names or {}).get(who, "Basic") for who in WHO]
    return {"customer_id": WHO, "tier": tiers, "bill": [170.0] * len(WHO), "change": [-30.0] * len(WHO)}


def raise_rows(share: float = 0.1) -> dict[str, list[Any]]:
    """The first two thirds are raised by a share; the others were raised recently."""
    raised = [at % 3 < 2 for at in range(len(WHO))]
    bills = [200.0 + 10 * (at % 7) for at in range(len(WHO))]
    return {
        "customer_id": WHO,
        "current_mrr": bills,
        "recommended_mrr": [round(b * (1 + share * up), 2) for b, up in zip(bills, raised, strict=True)],
        "raise": [share if up else 0.0 for up in raised],
        "effective": [date(2026, 3, 1) if up else None for up in raised],
        "reasons": [["value_added"] if up else ["raised_recently"] for up in raised],
        "value": [900.0] * len(WHO),
        "value_basis": ["measured"] * len(WHO),
        "captured_share": [0.2] * len(WHO),
        "churn_before": [0.12] * len(WHO),
    }


def ideal_rows() -> dict[str, list[Any]]:
    """Every fourth is ideal."""
    ideal = [at % 4 == 0 for at in range(len(WHO))]
    return {"customer_id": WHO, "score": [0.5 if is_one else 0.1 for is_one in ideal], "ideal": ideal}


def store(
    storage: Storage,
    dataset_id: str,
    kind: str,
    result: Mapping[str, Any],
    *,
    rows: Mapping[str, Any] | None = None,
) -> Analysis:
    """Store an analysis with this answer, of the local workspace, with the panel that its worker would leave."""
    analysis = storage.analyses.create("ws_local", NewAnalysis(dataset_id, kind, {"as_of": None}))
    storage.analyses.start("ws_local", analysis.id)
    where = ("ws_local", dataset_id, analysis.dataset_version)
    folder = storage.blobs.panel(*where)
    dataset = Dataset.open(storage.blobs.tables(*where))
    analysis_steps.make_panel(dataset, folder, as_of=None, today=date(2026, 1, 5))
    analysis.folder.mkdir(parents=True)
    answer = {**result, "options": {"as_of": AS_OF}}
    write_whole(analysis.folder / analysis_steps.RESULT, canonical_json(answer))
    if rows is not None:
        analysis_steps.write_rows(rows, analysis.folder / analysis_steps.ROWS)
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in analysis.folder.iterdir()}
    storage.analyses.finish("ws_local", analysis.id, "succeeded", files=files)
    return storage.analyses.get("ws_local", analysis.id)


def publish(
    storage: Storage, analysis: Analysis, *, effective: date = date(2026, 1, 1), workspace: str = "ws_local"
) -> StoredPublication:
    """Publish an analysis from a day on."""
    return storage.publications.publish(
        workspace, kind=analysis.kind, analysis_id=analysis.id, price_book_id=None, proposal_id=None,
        effective=effective, content_hash="a" * 64, by="Ada",
    )  # fmt: skip


def withdraw(storage: Storage, publication: StoredPublication) -> None:
    """Take a publication back."""
    with storage.database.writing() as connection:
        storage.publications.withdraw(connection, publication.workspace_id, publication.id)
