"""Rows posted into a stored dataset."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing_service.ingest import DatasetRefused, post_rows

FILES = {
    "customers.csv": "customer_id,parent_id,industry,age\nc1,,food,3\nc2,c1,tech,4\nc3,,food,\n",
    "subscriptions.csv": "customer_id,start,end,plan,mrr\nc1,2024-01-01,,p,10\nc2,2024-01-01,2024-05-01,p,20\n",
    "usage.csv": "customer_id,date,metric,units\n"
    "c1,2024-01-01,m,1\nc1,2024-01-01,m,2\nc2,2024-01-01,m,3\nx9,2024-01-01,m,5\n",
}


@pytest.fixture
def stored(shop):
    return shop.check(FILES)


@pytest.fixture
def posted(shop):
    def post(dataset, table, rows):
        return shop.of(post_rows(dataset, table, rows, folder=shop.target()))

    return post


def test_posted_events_replace_those_of_the_same_customer_date_metric_and_unit(stored, posted):
    rows = [
        {"customer_id": "c1", "date": "2024-01-01T10:00:00Z", "metric": "m", "units": 7},
        {"customer_id": "c1", "date": "2024-01-01", "metric": "other", "units": "8"},
    ]
    after = posted(stored.dataset, "usage", rows)
    assert after.rows("usage", "customer_id", "metric", "units") == [
        ("c1", "m", 7),
        ("c1", "other", 8),
        ("c2", "m", 3),
    ]
    assert after.dataset.name == stored.dataset.name


def test_repeating_a_post_changes_nothing(stored, posted):
    rows = [
        {"customer_id": "c1", "metric": "m", "units": 7.25},
        {"customer_id": "c1", "metric": "m", "units": -1},
        {"customer_id": "c2", "date": "2024-02-01", "metric": "m", "units": 1, "row_id": "r"},
    ]
    once = posted(stored.dataset, "usage", rows)
    twice = posted(once.dataset, "usage", rows)
    assert once.dataset.version == twice.dataset.version != stored.dataset.version
    assert once.dataset.report == twice.dataset.report
    assert twice.quarantine() == once.quarantine()


def test_posted_rows_replace_those_with_their_key(stored, posted):
    after = posted(stored.dataset, "customers", [{"customer_id": "c1", "industry": "retail", "age": 9}])
    assert after.rows("customers", "customer_id", "industry", "age") == [
        ("c1", "retail", 9),
        ("c2", "tech", 4),
        ("c3", "food", None),
    ]


def test_a_posted_end_closes_the_stretch_that_began_then(stored, posted):
    ended = {"customer_id": "c1", "start": "2024-01-01", "end": "2024-03-01", "plan": "p", "mrr": 10}
    after = posted(stored.dataset, "subscriptions", [ended])
    assert [str(end) for (end,) in after.rows("subscriptions", "end")] == ["2024-03-01", "2024-05-01"]
    assert not after.quarantine()


def test_rows_set_aside_come_back_when_their_customer_does(stored, posted):
    after = posted(stored.dataset, "customers", [{"customer_id": "x9"}])
    assert after.rows("usage", "customer_id")[-1] == ("x9",)
    assert after.dataset.report["tables"]["usage"]["unmatched"] == 0


def test_faulty_rows_go_to_the_quarantine_with_their_place_in_the_post(stored, posted):
    rows = [
        {"customer_id": "c1", "metric": "m", "units": 1},
        {"customer_id": "c1", "metric": "m"},
        {"customer_id": "c1", "metric": "m", "units": True},
        {"customer_id": "c1", "metric": "m", "units": [1]},
    ]
    after = posted(stored.dataset, "usage", rows)
    assert after.quarantine("line", "code") == [(2, "missing"), (3, "not_a_number"), (4, "not_a_number")]


def test_only_sound_rows_replace_stored_ones(stored, posted):
    usage = posted(
        stored.dataset, "usage", [{"customer_id": "c2", "date": "2024-01-01", "metric": "m", "units": -1}]
    )
    assert usage.dataset.version == stored.dataset.version


def test_a_post_that_contradicts_itself_is_refused_with_its_rows(stored, posted):
    rows = [
        {"customer_id": name, "industry": industry}
        for name, industry in (("c3", "a"), ("c4", "b"), ("c3", "c"))
    ]
    with pytest.raises(DatasetRefused, match="rows 1 and 3 of the post contradict each other") as refusal:
        posted(stored.dataset, "customers", rows)
    assert [(told["line"], told["column"]) for told in refusal.value.faults] == [
        (1, "customer_id"),
        (3, "customer_id"),
    ]


def test_a_row_that_is_posted_twice_counts_once(stored, posted):
    row = {"customer_id": "c1", "metric": "m", "units": 1, "row_id": "r"}
    assert len(posted(stored.dataset, "usage", [row, row]).rows("usage")) == 4


def test_earlier_quarantine_stays(shop, posted):
    before = shop.check({**FILES, "metrics.csv": "metric,kind\nm,flow\nk,flux\n", "kpis.csv": "kpi\nx\n"})
    after = posted(before.dataset, "usage", [{"customer_id": "c1", "metric": "m", "units": 1}])
    assert after.quarantine() == before.quarantine()
    assert after.dataset.refused == before.dataset.refused
    assert after.dataset.report["reasons"] == before.dataset.report["reasons"]


def test_a_table_can_begin_with_a_post(stored, posted):
    after = posted(stored.dataset, "metrics", [{"metric": "m", "kind": "flow"}])
    assert after.dataset.tables["metrics"] == 1


def test_a_post_that_no_table_can_begin_with_is_refused(stored, shop):
    with pytest.raises(DatasetRefused, match="required column kind") as refusal:
        post_rows(stored.dataset, "metrics", [{"metric": "m"}], folder=shop.target())
    assert refusal.value.faults[0]["table"] == "metrics"


def test_an_empty_post_changes_nothing(stored, posted):
    assert posted(stored.dataset, "usage", []).dataset.version == stored.dataset.version


def test_derived_customers_follow_what_they_are_derived_from(shop, posted):
    before = shop.check({name: FILES[name] for name in ("subscriptions.csv", "usage.csv")})
    row = {"customer_id": "x9", "start": "2023-06-01", "plan": "p", "mrr": 5}
    after = posted(before.dataset, "subscriptions", [row])
    assert [str(day) for (_, day) in after.rows("customers", "customer_id", "signed_up")][-1] == "2023-06-01"
    assert after.dataset.report["customers_from"] == ["subscriptions"]


rows = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["c1", "c2"]),
        "date": st.sampled_from(["2024-01-01", "2024-01-02"]),
        "metric": st.just("m"),
        "units": st.integers(0, 9),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: (row["customer_id"], row["date"])), st.data()
)
def test_the_order_and_the_batches_of_a_post_do_not_show(stored, posted, batch, data):
    whole = posted(stored.dataset, "usage", batch)
    shuffled = data.draw(st.permutations(batch))
    cut = data.draw(st.integers(0, len(batch)))
    parts = posted(posted(stored.dataset, "usage", shuffled[:cut]).dataset, "usage", shuffled[cut:])
    assert parts.dataset.version == whole.dataset.version


def customers(checked, *traits):
    return checked.rows("customers", "customer_id", *traits)


def test_a_trait_that_is_new_is_empty_where_nobody_told_it(stored, posted):
    after = posted(stored.dataset, "customers", [{"customer_id": "c1", "industry": "food", "size": "big"}])
    assert customers(after, "industry", "size") == [
        ("c1", "food", "big"),
        ("c2", "tech", None),
        ("c3", "food", None),
    ]


def test_a_trait_that_is_not_told_any_more_stays_where_its_row_does(stored, posted):
    after = posted(stored.dataset, "customers", [{"customer_id": "c1", "industry": "food"}])
    assert customers(after, "age") == [("c1", None), ("c2", 4.0), ("c3", None)]


@pytest.mark.parametrize("name", ["Industry", " industry", "INDUSTRY "])
def test_a_trait_keeps_its_name_however_a_post_spells_it(stored, posted, name):
    after = posted(
        stored.dataset, "customers", [{"customer_id": "c1", name: "retail"}, {"CUSTOMER_ID": "c2"}]
    )
    assert customers(after, "industry") == [("c1", "retail"), ("c2", None), ("c3", "food")]
    assert not after.quarantine()


def test_rows_that_spell_a_new_trait_differently_tell_one_trait(stored, posted):
    rows = [{"customer_id": "c1", "Size": "big"}, {"customer_id": "c2", "size": "small"}]
    assert customers(posted(stored.dataset, "customers", rows), "Size") == [
        ("c1", "big"),
        ("c2", "small"),
        ("c3", None),
    ]


def test_a_row_that_names_a_column_twice_is_refused_by_its_place(stored, shop):
    rows = [{"customer_id": "c1"}, {"customer_id": "c2", "industry": "a", "Industry": "b"}]
    with pytest.raises(DatasetRefused, match=r"row 2 of the post.*rename one") as refusal:
        post_rows(stored.dataset, "customers", rows, folder=shop.target())
    told = {name: refusal.value.faults[0][name] for name in ("code", "table", "line", "column")}
    assert told == {"code": "doubled_column", "table": "customers", "line": 2, "column": "industry"}


def test_a_trait_that_was_a_number_takes_numbers_and_its_other_rows_stay(stored, posted):
    rows = [
        {"customer_id": "c1", "age": "old"},
        {"customer_id": "c2", "age": 5},
        {"customer_id": "c3", "age": {"years": 1}},
    ]
    after = posted(stored.dataset, "customers", rows)
    assert customers(after, "age") == [("c1", 3.0), ("c2", 5.0), ("c3", None)]
    told = after.quarantine("line", "column", "value", "code", "message")
    way_out = "age was a number in every row so far: write a number, or give what is none a column of its own"
    assert told == [
        (1, "age", "old", "changed_type", way_out),
        (3, "age", '{"years": 1}', "changed_type", way_out),
    ]


def test_a_trait_that_was_text_stays_text_when_a_number_comes(stored, posted):
    after = posted(stored.dataset, "customers", [{"customer_id": "c1", "industry": 7}])
    assert customers(after, "industry") == [("c1", "7"), ("c2", "tech"), ("c3", "food")]


@pytest.mark.parametrize("number", [1e-300, 1.5e104, -0.1234567890123456, 123456789012345e7])
def test_a_number_that_is_stored_is_one_at_every_later_post(stored, posted, number):
    once = posted(stored.dataset, "customers", [{"customer_id": "c3", "age": number}])
    after = posted(once.dataset, "customers", [{"customer_id": "c1", "age": 9}])
    assert customers(after, "age") == [("c1", 9.0), ("c2", 4.0), ("c3", number)]


def test_a_column_of_the_contract_that_changed_its_type_quarantines_its_rows(stored, posted):
    rows = [
        {"customer_id": "c1", "date": "2024-01-01", "metric": "m", "units": "12 seats"},
        {"customer_id": "c2", "date": 45292, "metric": "m", "units": 3},
        {"customer_id": "c2", "date": "2024-01-01", "metric": "m", "units": 9},
    ]
    after = posted(stored.dataset, "usage", rows)
    assert after.rows("usage", "customer_id", "units") == [("c1", 1), ("c1", 2), ("c2", 9)]
    assert after.quarantine("line", "column", "value", "code") == [
        (1, "units", "12 seats", "not_a_number"),
        (2, "date", "45292", "not_a_date"),
    ]


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        (
            "usage",
            {"customer_id": "c1", "date": "2024-01-01", "metric": "m", "amount": 5},
            "units is missing",
        ),
        (
            "usage",
            {"customer_id": "c1", "day": "2024-01-01", "metric": "m", "unit": 5},
            'did you mean "unit"',
        ),
        ("customers", {"id": "c1", "industry": "food"}, "customer_id is missing"),
    ],
)
def test_rows_whose_required_column_has_another_name_are_refused(*, stored, shop, table, row, said):
    folder = shop.target()
    with pytest.raises(DatasetRefused, match=said) as refusal:
        post_rows(stored.dataset, table, [row], folder=folder)
    assert (refusal.value.faults[0]["table"], refusal.value.faults[0]["code"]) == (table, "missing_column")
    assert not folder.exists()


def test_rows_that_are_refused_leave_no_column_behind(stored, posted):
    after = posted(stored.dataset, "customers", [{"customer_id": "", "size": "big"}])
    assert after.dataset.version == stored.dataset.version
    assert after.quarantine("line", "code") == [(1, "missing")]


def test_whatever_comes_the_version_before_is_not_touched(stored, posted):
    def content():
        return {
            path: path.read_bytes() for path in sorted(stored.dataset.folder.rglob("*")) if path.is_file()
        }

    before = content()
    for row in ({"industry": 1}, {"age": "old"}, {"Size": 2}, {"industry": "a", "size": "x", "age": 1.5}):
        posted(stored.dataset, "customers", [{"customer_id": "c1", **row}])
    assert content() == before
