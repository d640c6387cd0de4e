"""A stored dataset passes its own checks again unchanged."""

from __future__ import annotations

from pricing_service.ingest import post_rows
from pricing_service.ingest.stored import stored_tables


def test_what_was_given_and_what_was_set_aside_are_read_again(shop):
    files = {"subscriptions.csv": "customer_id,start,plan,mrr\nc1,2024-01-01,p,1\n"}
    files["usage.csv"] = "customer_id,metric,units\nc1,m,1\nx9,m,1\n"
    dataset = shop.check(files).dataset
    tables = stored_tables(dataset)
    assert set(tables) == {"subscriptions", "usage"}  # customers were derived, not given
    assert "unmatched" in tables["usage"]
    assert "unmatched" not in tables["subscriptions"]


def test_nothing_changes_when_nothing_is_posted(shop):
    files = {
        "customers.csv": "customer_id,age,industry\nc1,3,food\nc2,4.5,\n",
        "outcomes.csv": "customer_id,date,kpi,amount,value\nc1,2024-01-01,k,0.1234567,1e3\n",
        "kpis.csv": "kpi,kind,attribution\nk,cost,0.1\n",
        "choices.csv": "respondent_id,task,alternative,chosen,price,colour\nr,1,a,1,9.5,red\n",
    }
    before = shop.check(files).dataset
    assert post_rows(before, "usage", [], folder=shop.target()).version == before.version
