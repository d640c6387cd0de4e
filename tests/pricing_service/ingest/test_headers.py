"""Which of their columns is which of ours."""

from __future__ import annotations

import pytest

from pricing_service.ingest.errors import TableRefused
from pricing_service.ingest.headers import match_headers
from pricing_service.tables import TABLES

USAGE, CUSTOMERS = TABLES["usage"], TABLES["customers"]


def test_names_match_whatever_their_case_and_order():
    headers = match_headers(USAGE, ["Units", "METRIC", "customer_id"], {})
    assert headers.known == {"units": 0, "metric": 1, "customer_id": 2}


def test_unknown_columns_are_traits_of_customers_and_ignored_elsewhere():
    assert match_headers(CUSTOMERS, ["customer_id", "size", "industry"], {}).extras == {
        "industry": 2,
        "size": 1,
    }
    headers = match_headers(USAGE, ["customer_id", "metric", "units", "comment"], {})
    assert (headers.extras, headers.ignored) == ({}, ("comment",))


def test_a_mapped_column_wins_over_one_that_has_our_name():
    headers = match_headers(USAGE, ["customer_id", "account", "metric", "units"], {"customer_id": "Account"})
    assert headers.known["customer_id"] == 1
    assert headers.ignored == ("customer_id",)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (["customer_id", "metric"], "missing_column"),
        (["customer_id", "metric", "units", "Metric"], "doubled_column"),
        (["customer_id", "metric", "units", *map(str, range(2000))], "too_many_columns"),
    ],
)
def test_columns_that_do_not_serve_are_refused(columns, code):
    with pytest.raises(TableRefused) as refusal:
        match_headers(USAGE, columns, {})
    assert refusal.value.code == code


def test_a_missing_column_is_named_with_the_nearest_that_is_there():
    with pytest.raises(TableRefused, match='units is missing; did you mean "Unit"'):
        match_headers(USAGE, ["customer_id", "metric", "Unit"], {})


def test_a_trait_may_have_any_name(shop):
    rows = 'customer_id,c0,"it\'s ""odd""",__fault,c2,\nc1,a,b,c,d,e\n'
    checked = shop.check({"customers.csv": rows})
    assert checked.rows("customers", "customer_id", "c0", "c2") == [("c1", "a", "d")]
    assert checked.dataset.report["tables"]["customers"]["traits"] == ["c0", "c2", 'it\'s "odd"']
    assert checked.dataset.report["tables"]["customers"]["columns_ignored"] == ["__fault", ""]
