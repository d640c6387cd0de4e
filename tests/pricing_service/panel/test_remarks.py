"""What a reader of the panel is told."""

PAID = {"customer_id": "a", "plan": "pro", "mrr": 100, "start": "2025-01-05", "currency": "USD"}


def rate(day):
    return {"date": day, "currency": "USD", "rate": 0.9}


def test_money_without_a_rate_is_named_with_the_row_that_mends_it(build):
    panel = build(subscriptions=[PAID], exchange_rates=[rate("2025-03-01")], as_of="2025-03-31")
    (warning,) = panel.stored.report["warnings"]
    assert "USD" in warning
    assert "exchange_rates on or before 2025-01-05" in warning


def test_a_rate_later_in_the_month_is_early_enough(build):
    panel = build(subscriptions=[PAID], exchange_rates=[rate("2025-01-20")], as_of="2025-03-31")
    assert panel.stored.report["warnings"] == []


def test_it_says_where_mrr_comes_from_and_how_many_rows_there_were(build):
    panel = build(subscriptions=[PAID | {"currency": None}], as_of="2025-03-31")
    assert any("MRR comes from subscriptions" in note for note in panel.stored.report["notes"])
    assert panel.stored.report["rows"] == {"usage": 0, "outcomes": 0, "stretches_of_mrr": 1}


def test_without_a_table_that_tells_mrr_it_says_so(build):
    panel = build(usage=[{"customer_id": "a", "date": "2025-01-31", "metric": "m", "units": 1}])
    assert "no table tells MRR: it is unknown" in panel.stored.report["notes"]
