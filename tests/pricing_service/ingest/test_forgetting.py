"""Customers who are forgotten leave no trace."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pricing_service.ingest import forget_customer


def everything(folder: Path) -> bytes:
    with duckdb.connect() as connection:
        tables = [
            str(connection.execute(f"FROM read_parquet('{path}')").fetchall()).encode()
            for path in sorted(folder.rglob("*.parquet"))
        ]
    return b"".join(tables) + (folder / "manifest.json").read_bytes()


def test_a_forgotten_customer_leaves_no_trace(shop):
    canary = "canary-7"
    files = {
        "customers.csv": f"customer_id,parent_id\nc1,{canary}\n{canary},\nc3,\n",
        "usage.csv": f"customer_id,metric,units\nc1,m,1\n{canary},m,2\n{canary},m,-2\n{canary},m\n{canary},m,1,5\n",
        "referrals.csv": f"customer_id,date,referred\nc1,2024-01-01,{canary}\n{canary},2024-01-01,c1\n",
        "leads.csv": f"lead_id,created,customer_id\nl1,2024-01-01,{canary}\nl2,2024-01-01,\n",
        "funnel.csv": "lead_id,stage,date\nl1,demo,2024-01-01\nl2,demo,2024-01-01\n",
        "price_sensitivity.csv": "respondent_id,cheap,expensive,too_expensive,customer_id\n"
        f"r1,1,2,3,{canary}\nr2,1,2,3,\n",
    }
    before = shop.check(files).dataset
    after = forget_customer(before, canary, folder=shop.target())
    assert canary.encode() in everything(before.folder)
    assert canary.encode() not in everything(after.folder)
    assert after.tables == {
        "customers": 2,
        "funnel": 1,
        "leads": 1,
        "price_sensitivity": 1,
        "referrals": 1,
        "usage": 1,
    }


def test_forgetting_a_customer_who_is_set_aside_forgets_those_rows(shop):
    files = {"customers.csv": "customer_id\nc1\n", "usage.csv": "customer_id,metric,units\nc1,m,1\nx9,m,1\n"}
    stored = shop.check(files)
    after = forget_customer(stored.dataset, "x9", folder=shop.target())
    assert b"x9" not in everything(after.folder)
    assert after.version == stored.dataset.version


def test_the_last_customer_can_be_forgotten(shop):
    before = shop.check({"customers.csv": "customer_id\nc1\n"}).dataset
    after = forget_customer(before, "c1", folder=shop.target())
    assert after.tables == {}
