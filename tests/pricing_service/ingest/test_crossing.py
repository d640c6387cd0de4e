"""Keys, stretches, tasks and rates: checks across the rows of a table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SUBSCRIPTIONS = "customer_id,start,end,plan,mrr,subscription_id\n"


def test_two_different_rows_with_one_key_both_go(shop):
    checked = shop.check({"customers.csv": "customer_id,name\nc1,Ann\nc2,Bob\nc1,Anna\n"})
    assert checked.rows("customers", "customer_id") == [("c2",)]
    assert checked.quarantine("line", "column", "value", "code") == [
        (2, "customer_id", "c1", "doubled_key"),
        (4, "customer_id", "c1", "doubled_key"),
    ]


def test_an_identical_repeat_keeps_the_first_and_is_counted(shop):
    checked = shop.check({"customers.csv": "customer_id,name\nc1,Ann\nc1,Ann\nc1,Ann\n"})
    assert checked.rows("customers", "customer_id") == [("c1",)]
    assert checked.dataset.report["tables"]["customers"]["repeated"] == 2
    assert not checked.quarantine()


def test_a_key_with_empty_parts_is_a_key(shop):
    rows = "plan,price,region\nbasic,10,\nbasic,12,\nbasic,12,eu\n"
    checked = shop.check({"price_book.csv": rows})
    assert checked.rows("price_book", "region") == [("eu",)]
    assert checked.quarantine("line", "code") == [(2, "doubled_key"), (3, "doubled_key")]


def test_equal_events_are_two_events(shop):
    checked = shop.check(
        {"usage.csv": "customer_id,date,metric,units\nc1,2024-01-01,m,1\nc1,2024-01-01,m,1\n"}
    )
    assert len(checked.rows("usage")) == 2


def test_a_row_id_is_the_key_of_an_event(shop):
    rows = "customer_id,metric,units,row_id\nc1,m,1,a\nc1,m,1,a\nc1,m,1,b\nc1,m,2,b\nc1,m,5,\nc1,m,5,\n"
    checked = shop.check({"usage.csv": rows})
    assert sorted(checked.rows("usage", "units", "row_id"), key=str) == [(1, "a"), (5, None), (5, None)]


@pytest.mark.parametrize(
    ("stretches", "kept"),
    [
        (["2024-01-01,2024-02-01", "2024-02-01,"], [0, 1]),
        (["2024-01-01,2024-02-02", "2024-02-01,"], []),
        (["2024-01-01,", "2024-02-01,2024-03-01", "2024-04-01,2024-05-01"], []),
        (["2024-01-01,2024-02-01", "2024-02-01,2024-02-01", "2024-02-01,"], [0, 1, 2]),
        (["2024-01-01,2024-02-01", "2024-01-01,2024-02-01"], [0]),
    ],
)
def test_stretches_of_one_subscription_may_touch_but_not_overlap(shop, stretches, kept):
    rows = "".join(f"c1,{stretch},basic,10,s1\n" for stretch in stretches)
    rest = "c2,2024-01-01,,basic,10,s1\nc1,2024-01-01,,basic,10,s2\n"
    checked = shop.check({"subscriptions.csv": SUBSCRIPTIONS + rows + rest})
    starts = [stretches[i].split(",")[0] for i in kept]
    found = [
        start.isoformat()
        for customer, start, subscription in checked.rows(
            "subscriptions", "customer_id", "start", "subscription_id"
        )
        if (customer, subscription) == ("c1", "s1")
    ]
    assert found == starts
    assert {code for (code,) in checked.quarantine("code")} <= {"overlapping"}


days = st.integers(0, 30)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(days, st.one_of(st.none(), st.integers(1, 10))), min_size=1, max_size=7, unique=True)
)
def test_exactly_the_stretches_that_share_a_day_with_another_are_refused(shop, stretches):
    spans = [(start, 10_000 if days is None else start + days) for start, days in stretches]
    rows = [
        f"c1,{date.fromordinal(738_000 + start)},"
        f"{'' if length is None else date.fromordinal(738_000 + start + length)},basic,{i},s\n"
        for i, (start, length) in enumerate(stretches)
    ]
    checked = shop.check({"subscriptions.csv": SUBSCRIPTIONS + "".join(rows) + "c2,2024-01-01,,basic,1,s\n"})
    overlapping = {
        i
        for i, (start, end) in enumerate(spans)
        if any(j != i and start < other[1] and other[0] < end for j, other in enumerate(spans))
    }
    assert {line - 2 for (line,) in checked.quarantine("line")} == overlapping


CHOICES = "respondent_id,task,alternative,chosen,price,colour\n"


def test_a_task_without_exactly_one_choice_is_quarantined_whole(shop):
    none = "r1,1,a,0,10,red\nr1,1,b,0,20,blue\n"
    two = "r1,2,a,1,10,red\nr1,2,b,1,20,blue\n"
    good = "r1,3,a,1,10,red\nr1,3,none,0,,\n"
    checked = shop.check({"choices.csv": CHOICES + none + two + good})
    assert checked.rows("choices", "task", "alternative", "colour") == [
        ("3", "a", "red"),
        ("3", "none", None),
    ]
    assert checked.quarantine("line", "code") == [(line, "not_one_chosen") for line in (2, 3, 4, 5)]


def test_none_is_a_word_however_its_letters_are_written(shop):
    rows = "r1,1,a,1,10,red\nr1,1,None,0,,\nr1,2,a,0,10,red\nr1,2, NONE ,1,,\nr1,3,None such,1,5,red\nr1,3,b,0,9,red\n"

    checked = shop.check({"choices.csv": CHOICES + rows})

    names = [name for (name,) in checked.rows("choices", "alternative")]
    assert names == ["a", "none", "a", "none", "None such", "b"]
    assert checked.quarantine("code") == []


@pytest.mark.parametrize("words", ["no purchase", "Neither", "None of these"])
def test_buying_nothing_in_other_words_is_quarantined_with_the_word_to_write(shop, words):
    free = f"r1,1,a,0,10,red\nr1,1,{words},1,0,\n"
    empty = f"r2,1,a,0,10,red\nr2,1,{words},1,,\n"
    priced = f"r3,1,a,0,10,red\nr3,1,{words},1,12,red\n"

    checked = shop.check({"choices.csv": CHOICES + free + empty + priced})

    assert checked.rows("choices", "respondent_id") == [("r3",), ("r3",)]
    told = dict(checked.quarantine("code", "message"))
    assert set(told) == {"none_in_other_words", "missing", "incomplete_task"}
    assert told["none_in_other_words"].endswith("write none")
    assert told["missing"] == "price is empty: it may be so only where alternative = 'none'"


def test_a_task_with_a_broken_row_is_quarantined_whole(shop):
    broken = "r1,1,a,1,10,red\nr1,1,b,0,cheap,blue\n"
    doubled = "r1,2,a,1,10,red\nr1,2,b,0,20,red\nr1,2,b,0,21,red\n"
    good = "r2,1,a,1,10,red\nr2,1,b,0,20,red\n"
    checked = shop.check({"choices.csv": CHOICES + broken + doubled + good})
    assert checked.rows("choices", "respondent_id") == [("r2",), ("r2",)]
    codes = [code for (code,) in checked.quarantine("code")]
    assert sorted(codes) == [
        "doubled_key",
        "doubled_key",
        "incomplete_task",
        "incomplete_task",
        "not_a_number",
    ]


def test_money_in_another_currency_needs_a_rate_by_then(shop):
    rows = "customer_id,start,plan,mrr,currency\nc1,2024-03-10,p,1,USD\nc2,2024-01-10,p,1,usd\nc3,2024-01-10,p,1,JPY\n"
    rates = "date,currency,rate\n2024-03-31,USD,0.9\n"
    files = {"subscriptions.csv": rows + "c4,2024-01-01,p,1,\n", "exchange_rates.csv": rates}
    checked = shop.check(files)
    assert checked.rows("subscriptions", "customer_id", "currency") == [("c1", "USD"), ("c4", "EUR")]
    assert checked.quarantine("line", "value", "code") == [
        (3, "USD", "no_exchange_rate"),
        (4, "JPY", "no_exchange_rate"),
    ]


def test_without_exchange_rates_foreign_money_is_refused(shop):
    rows = "plan,price,currency\nbasic,10,USD\nbasic,9,EUR\n"
    checked = shop.check({"price_book.csv": rows})
    assert checked.rows("price_book", "currency") == [("EUR",)]
