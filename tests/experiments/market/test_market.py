"""A market is decided by its business and its seed, and comes in through the front door unharmed."""

from __future__ import annotations

import pytest

from experiments.market import Regime, draw_business, simulate, write_dataset
from pricing_service.ingest import Folder, ingest


def _bytes(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_one_seed_writes_the_same_bytes(tmp_path):
    business = draw_business(7)

    first, second = (write_dataset(simulate(business, 3), tmp_path / name) for name in ("a", "b"))

    assert _bytes(first) == _bytes(second)


def test_another_seed_is_another_history_of_the_same_truth():
    business = draw_business(7)
    one, other = simulate(business, 3), simulate(business, 4)

    assert not one.tables["usage"].equals(other.tables["usage"])
    for metric, truth in one.truth.metrics.items():
        assert truth.typical_worth == other.truth.metrics[metric].typical_worth


def test_the_last_month_is_an_argument():
    market = simulate(draw_business(7), 3, last_month="2025-01")

    assert str(market.tables["usage"].to_pandas().date.max()) == "2025-01-31"


@pytest.mark.parametrize("regime", list(Regime))
def test_every_table_of_every_regime_obeys_the_contract(regime, tmp_path):
    market = simulate(draw_business(20, regime), 20)

    dataset = ingest(Folder(write_dataset(market, tmp_path / "in")), folder=tmp_path / "out")

    assert dict(dataset.tables) == {name: table.num_rows for name, table in market.tables.items()}
    assert not dataset.refused
    assert dataset.currency == market.business.currency


def test_all_parts_of_a_market_tell_of_the_same_customers(steady):
    book = set(steady.truth.customer_id)

    for name in ("subscriptions", "usage", "outcomes", "price_changes", "tickets", "costs", "goals"):
        assert set(steady.tables[name].column("customer_id").to_pylist()) <= book
