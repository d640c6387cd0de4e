"""Forgotten customers are not taken in again: their rows go to the quarantine bare, and nobody names them."""

from __future__ import annotations

from pricing_service.dataset import customer_digest
from pricing_service.ingest import Folder, Guarded, Tombstones, forgotten_in, post_rows, tells_of
from tests.pricing_service.ingest.test_forgetting import everything

CANARY = "canary-7"
STONES = Tombstones({"5a17": frozenset([customer_digest("5a17", CANARY)])})
FILES = {
    "customers.csv": f"customer_id,name,parent_id\nc1,One,{CANARY}\n{CANARY},Bird Ltd,\nc3,,\n",
    "usage.csv": f"customer_id,metric,units\nc1,m,1\n{CANARY},m,2\n{CANARY},m,many\n",
    "leads.csv": f"lead_id,created,customer_id\nl1,2024-01-01,{CANARY}\nl2,2024-01-01,\n",
    "funnel.csv": "lead_id,stage,date\nl1,demo,2024-01-01\nl2,demo,2024-01-01\n",
}


def test_rows_of_a_forgotten_customer_are_refused_one_by_one_with_a_named_reason(shop):
    found = shop.check_source(Guarded(Folder(shop.folder(FILES)), STONES))

    assert found.quarantine("table", "line", "column", "value", "code", "id", "customer_id") == [
        ("customers", 3, "customer_id", None, "forgotten_customer", None, None),
        ("funnel", 2, "lead_id", None, "forgotten_customer", None, None),
        ("leads", 2, "customer_id", None, "forgotten_customer", None, None),
        ("usage", 3, "customer_id", None, "forgotten_customer", None, None),
        ("usage", 4, "customer_id", None, "forgotten_customer", None, None),
    ]
    assert found.dataset.tables == {"customers": 2, "funnel": 1, "leads": 1, "usage": 1}
    assert found.rows("customers", "customer_id", "parent_id") == [("c1", None), ("c3", None)]
    assert CANARY.encode() not in everything(found.dataset.folder)
    assert b"Bird" not in everything(found.dataset.folder)


def test_posted_rows_of_a_forgotten_customer_change_no_table_and_are_told(shop):
    stored = shop.check({"customers.csv": "customer_id\nc1\n"}).dataset
    rows = [{"customer_id": CANARY, "name": "Bird Ltd"}, {"customer_id": "c1"}]

    after = shop.of(post_rows(stored, "customers", rows, folder=shop.target(), tombstones=STONES))

    assert after.dataset.version == stored.version
    assert after.quarantine("line", "code") == [(1, "forgotten_customer")]
    assert CANARY.encode() not in everything(after.dataset.folder)


def test_a_dataset_tells_of_whom_it_holds_anywhere(shop, tmp_path):
    with_it = shop.check(FILES).dataset
    without = shop.check({"customers.csv": "customer_id\nc1\n"}).dataset
    quoted = shop.check({"customers.csv": f"customer_id,signed_up\nc1,\nc2,of {CANARY}\n"}).dataset

    assert forgotten_in(with_it, STONES, workspace=tmp_path) == [CANARY]
    assert forgotten_in(without, STONES, workspace=tmp_path) == []
    assert [
        tells_of(dataset, CANARY, names=[], workspace=tmp_path) for dataset in (with_it, without, quoted)
    ] == [True, False, True]
