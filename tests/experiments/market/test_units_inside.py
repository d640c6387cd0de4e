"""Units inside a customer split what it uses and gets, and differ in worth as the law says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import InsideLaw, Regime, draw_business, simulate, write_dataset
from experiments.market.noise import stream
from experiments.market.units_inside import draw_units_inside
from pricing_service.ingest import Folder, ingest

LAW = InsideLaw(most=6, log_sd=0.5)


def _flow_business():
    drawn = (draw_business(seed, Regime.STEADY) for seed in range(100))
    return next(business for business in drawn if business.metrics[0].kind == "flow")


def _total(market, table, column, **only):
    rows = market.tables[table].to_pandas()
    for name, word in only.items():
        rows = rows[rows[name] == word]
    return rows.groupby("customer_id")[column].sum().astype(float)


def test_shares_sum_to_one_and_worth_varies_as_drawn():
    inside = draw_units_inside(LAW, 20_000, stream(1, "t"))
    logs = inside.relative_log_worth

    around = logs - np.nanmean(logs, axis=1, keepdims=True)
    variance = np.nansum(around**2) / (inside.present.sum() - len(logs))
    assert np.sqrt(variance) == pytest.approx(0.5, rel=0.02)
    np.testing.assert_allclose(inside.units.sum(axis=1), 1)
    np.testing.assert_allclose(inside.value.sum(axis=1), 1)
    assert set(inside.present.sum(axis=1)) == {2, 3, 4, 5, 6}


def test_telling_units_apart_changes_no_total():
    business = _flow_business()
    metric, kpi = business.metrics[0].name, business.kpis[0].name
    whole, apart = simulate(business, 1), simulate(replace(business, inside=LAW), 1)

    for table, column, only in (("usage", "units", {"metric": metric}), ("outcomes", "amount", {"kpi": kpi})):
        before, after = (_total(market, table, column, **only) for market in (whole, apart))
        np.testing.assert_allclose(after[before.index], before, rtol=1e-6, atol=1e-4)


def test_other_metrics_and_kpis_stay_whole():
    business = _flow_business()
    apart = simulate(replace(business, inside=LAW), 1)

    for table, column, split in (
        ("usage", "metric", business.metrics[0]),
        ("outcomes", "kpi", business.kpis[0]),
    ):
        rows = apart.tables[table].to_pandas()
        assert (rows.unit_id.notna() == (rows[column] == split.name)).all()


def test_the_front_door_takes_units_that_are_told_apart(tmp_path):
    market = simulate(replace(_flow_business(), inside=LAW), 1)

    dataset = ingest(Folder(write_dataset(market, tmp_path / "in")), folder=tmp_path / "out")

    assert dataset.tables["usage"] == market.tables["usage"].num_rows
    assert dataset.tables["outcomes"] == market.tables["outcomes"].num_rows


def test_the_truth_adds_the_spread_inside_to_the_spread_between():
    business = _flow_business()
    truth = simulate(replace(business, inside=LAW), 1).truth
    first = truth.metrics[business.metrics[0].name]

    assert set(truth.metrics) == {business.metrics[0].name}
    assert first.inside_log_sd == 0.5
    assert first.unit_log_scale > max(0.5, first.between_log_scale)
    assert simulate(business, 1).truth.metrics[first.metric].unit_log_scale is None
