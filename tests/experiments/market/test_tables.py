"""The six main tables obey the contract and tell what happened."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from experiments.market import Regime, draw_business, simulate


def _frame(market, name):
    return market.tables[name].to_pandas()


def test_ids_are_text_dates_are_dates_and_money_is_decimal(steady):
    schema = steady.tables["subscriptions"].schema

    assert schema.field("customer_id").type == pa.string()
    assert schema.field("start").type == pa.date32()
    assert schema.field("mrr").type == pa.decimal128(18, 6)


def test_every_customer_of_the_book_is_written_once(steady):
    customers = _frame(steady, "customers")

    assert customers.customer_id.is_unique
    assert customers.name.is_unique
    assert len(customers) == steady.business.customers
    assert list(customers.customer_id) == list(steady.truth.customer_id)


def test_stretches_of_a_subscription_touch_and_never_overlap(steady):
    stretches = _frame(steady, "subscriptions").sort_values(["customer_id", "start"])
    again = stretches.customer_id == stretches.customer_id.shift()

    assert (stretches.end[again.shift(-1, fill_value=False)].values == stretches.start[again].values).all()
    assert (stretches.end.dropna() > stretches.start[stretches.end.notna()]).all()
    assert (stretches.mrr > 0).all()


def test_only_a_last_stretch_has_a_reason_for_its_end(steady):
    stretches = _frame(steady, "subscriptions")
    last = ~stretches.customer_id.duplicated(keep="last")

    assert (stretches.end_reason.notna() == (last & stretches.end.notna())).all()


def test_flows_are_dated_at_the_end_of_months_and_stocks_at_the_start(steady):
    kinds = {metric.name: metric.kind for metric in steady.business.metrics}
    usage = _frame(steady, "usage")
    usage["kind"] = usage.metric.map(kinds)
    day = usage.date.map(lambda date: date.day)

    assert (day[usage.kind == "stock"] == 1).all()
    assert (day[usage.kind == "flow"] >= 28).all()
    assert str(usage.date.max()) == "2026-06-30"


def test_a_stock_is_written_only_where_it_changes(steady):
    stocks = [metric.name for metric in steady.business.metrics if metric.kind == "stock"]
    usage = _frame(steady, "usage")

    for _, rows in usage[usage.metric.isin(stocks)].groupby(["customer_id", "metric"]):
        assert (rows.sort_values("date").units.diff().dropna() != 0).all()


def test_only_those_who_report_have_outcomes(steady):
    reporting = {
        customer
        for customer, reports in zip(steady.truth.customer_id, steady.truth.reports, strict=True)
        if reports
    }

    assert set(_frame(steady, "outcomes").customer_id) == reporting


def test_a_reporting_customer_reports_every_kpi_in_every_paid_month(steady):
    outcomes, stretches = _frame(steady, "outcomes"), _frame(steady, "subscriptions")
    one = outcomes.customer_id.iloc[0]
    months = outcomes[outcomes.customer_id == one].groupby("kpi").size()
    own = stretches[stretches.customer_id == one]
    end = own.end.iloc[-1] or np.datetime64("2026-07-01").item()
    paid = (end.year - own.start.iloc[0].year) * 12 + end.month - own.start.iloc[0].month

    assert set(months) == {paid}
    assert len(months) == len(steady.business.kpis)


def test_quarters_are_whole_and_sum_their_months():
    monthly, quarterly = (
        simulate(draw_business(4, regime), 4) for regime in (Regime.STEADY, Regime.QUARTERLY)
    )
    outcomes = _frame(quarterly, "outcomes")
    months = _frame(monthly, "outcomes")

    assert set(outcomes.period) == {"quarter"}
    assert {date.month for date in outcomes.date} <= {3, 6, 9, 12}
    row = outcomes.iloc[-1]
    same = months[(months.customer_id == row.customer_id) & (months.kpi == row.kpi)]
    quarter = [row.date.year == d.year and (d.month - 1) // 3 == (row.date.month - 1) // 3 for d in same.date]
    assert same.amount[quarter].sum() == row.amount


def test_missing_months_leave_gaps_in_outcomes_and_usage():
    full, gappy = (simulate(draw_business(4, regime), 4) for regime in (Regime.STEADY, Regime.MISSING_MONTHS))

    kept = {name: len(_frame(gappy, name)) / len(_frame(full, name)) for name in ("outcomes", "usage")}

    assert kept["outcomes"] == pytest.approx(0.67, abs=0.04)
    assert kept["usage"] == pytest.approx(0.92, abs=0.03)


def test_zeros_are_reported_as_zero_and_not_left_out():
    outcomes = _frame(simulate(draw_business(4, Regime.ZEROS), 4), "outcomes")

    assert 0.15 < (outcomes.amount == 0).mean() < 0.35


def _first(wanted, regime=Regime.STEADY):
    drawn = (draw_business(seed, regime) for seed in range(200))
    return next(business for business in drawn if any(wanted(kpi) for kpi in business.kpis))


def test_a_kpi_in_money_has_its_value_beside_the_amount_and_no_price_in_the_table():
    business = _first(lambda kpi: kpi.in_money)
    market = simulate(business, 1)
    kpis, outcomes = _frame(market, "kpis").set_index("kpi"), _frame(market, "outcomes")
    first = outcomes[outcomes.kpi == business.kpis[0].name].astype({"amount": float, "value": float})

    assert np.isnan(kpis.value_per_unit_sd[business.kpis[0].name])
    assert kpis.value_per_unit[business.kpis[0].name] is None
    assert first.value.values == pytest.approx(
        first.amount.values * business.kpis[0].value_per_unit, abs=0.006
    )
    assert outcomes.value[outcomes.kpi != business.kpis[0].name].isna().all()


@pytest.mark.parametrize("regime", [Regime.STEADY, Regime.QUARTERLY])
def test_a_score_without_a_price_stays_between_nought_and_ten(regime):
    market = simulate(_first(lambda kpi: not kpi.monetised, regime), 1)
    outcomes = _frame(market, "outcomes")
    score = outcomes.amount[outcomes.kpi == "satisfaction"].astype(float)

    assert 6 < score.mean() < 9
    assert score.between(0, 10).all()
    assert "satisfaction" not in market.truth.attribution
