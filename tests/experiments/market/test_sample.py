"""The sample business tells the demo's story: postings are clearly the metric to price on."""

from __future__ import annotations

from experiments.market import sample_business


def test_postings_are_clearly_best_and_seats_are_what_is_billed():
    market = sample_business()

    assert market.truth.best == "postings"
    assert market.truth.scale_ratio < 0.65
    assert market.business.price.priced_metric == "seats"


def test_every_table_has_rows():
    market = sample_business()

    assert len(market.tables) >= 15
    assert all(table.num_rows > 0 for table in market.tables.values())
    assert market.tables["customers"].num_rows == 300


def test_dashboards_do_not_grow_with_value():
    truth = sample_business().truth

    assert [metric for metric, known in truth.metrics.items() if not known.grows] == ["dashboards"]


def test_what_is_stated_of_kpis_is_near_the_truth():
    business = sample_business().business

    for kpi in business.kpis:
        assert abs(kpi.true_attribution - kpi.attribution) < 2 * kpi.attribution_sd
        assert abs(kpi.true_value_per_unit - kpi.value_per_unit) < 2 * kpi.value_per_unit_sd
