"""Price answers in a row per respondent."""

from __future__ import annotations

from decimal import Decimal


def test_a_column_per_price_becomes_a_row_per_answer(shop):
    wide = "respondent_id,price_9.99,price_20,item\nr1,1,0,basic\nr2,1,,basic\n"
    long = "respondent_id,price,intent,item\nr1,20,0,basic\nr1,9.99,1,basic\nr2,9.99,1,basic\n"
    one, other = shop.check({"purchase_intent.csv": wide}), shop.check({"purchase_intent.csv": long})
    assert one.dataset.version == other.dataset.version
    assert one.rows("purchase_intent", "respondent_id", "price", "intent") == [
        ("r1", Decimal("9.99"), 1),
        ("r1", 20, 0),
        ("r2", Decimal("9.99"), 1),
    ]


def test_faults_in_wide_answers_name_the_line_of_the_respondent(shop):
    wide = "respondent_id,price_10,price_20\nr1,1,0\nr2,1,2\n\nr3,1\nr4,x,0\n"
    checked = shop.check({"purchase_intent.csv": wide})
    assert checked.quarantine("line", "column", "code") == [
        (3, "intent", "off_the_scale"),
        (5, None, "too_few_fields"),
        (6, "intent", "not_a_number"),
    ]


def test_a_price_that_is_no_number_is_a_fault(shop):
    checked = shop.check({"purchase_intent.csv": "respondent_id,price_10,price_low\nr1,1,1\n"})
    assert checked.quarantine("column", "value", "code") == [("price", "low", "not_a_number")]
