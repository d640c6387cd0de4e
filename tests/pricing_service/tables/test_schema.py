"""The contract tables agree with themselves."""

from __future__ import annotations

import pytest

from pricing_service.tables import TABLES, Kind

tables = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@tables
def test_a_table_names_only_columns_that_it_has(table):
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert {*table.key, *table.replaces, *table.apart, *table.together} <= set(names)
    assert {rule.column for rule in table.rules} <= set(names)


@tables
def test_parents_are_tables_with_one_key(table):
    for column in table.columns:
        if column.parent:
            assert len(TABLES[column.parent].key) == 1


@tables
def test_an_event_says_what_a_post_replaces_and_may_carry_a_row_id(table):
    if table.is_event:
        assert table.replaces
        assert table.column("row_id")


@tables
def test_only_words_have_a_vocabulary_and_their_defaults_belong_to_it(table):
    for column in table.columns:
        assert bool(column.words) == (column.kind is Kind.WORD)
        if column.default and column.default.startswith("'"):
            assert column.default.strip("'") in column.words


def test_money_can_be_in_a_currency_of_its_own():
    for table in TABLES.values():
        if any(column.kind is Kind.MONEY for column in table.columns):
            assert table.column("currency"), table.name


def test_the_contract_has_its_tables():
    assert len(TABLES) == 33
    assert TABLES["usage"].required == ("customer_id", "metric", "units")
    assert TABLES["customers"].key == ("customer_id",)
    assert TABLES["price_book"].key == (
        "product",
        "plan",
        "billing",
        "currency",
        "region",
        "valid_from",
        "min_units",
    )
