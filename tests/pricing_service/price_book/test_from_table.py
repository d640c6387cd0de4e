"""The price_book table becomes a book; what contradicts itself is refused, what is left out is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing_service.ingest import Folder, ingest
from pricing_service.price_book import PriceBook, PriceBookRefused, Remark
from pricing_service.price_book.from_table import book_from_rows, book_from_table
from pricing_service.tables import TABLES

TODAY = date(2026, 3, 1)
COLUMNS = [column.name for column in TABLES["price_book"].columns]


def read(*rows: dict[str, Any], **options: Any) -> tuple[PriceBook, tuple[Remark, ...]]:
    base = dict.fromkeys(COLUMNS) | {
        "plan": "pro",
        "price": Decimal(490),
        "billing": "monthly",
        "price_type": "list",
    }
    return book_from_rows(
        [base | row for row in rows], name="Jobs", currency="EUR", **{"on": TODAY, **options}
    )


def units(**fields: Any) -> dict[str, Any]:
    return {"metric": "postings", "included_units": Decimal(20), "overage_price": Decimal(12), **fields}


def test_a_folder_with_a_price_book_becomes_a_book(tmp_path: Path):
    (tmp_path / "price_book.csv").write_text(
        "plan,price,billing,metric,included_units,min_units,overage_price,price_type,features\n"
        "pro,490,monthly,postings,20,,12.5,,search;export\n"
        "pro,490,monthly,postings,20,100,9,,\n"
        "basic,190,monthly,,,,,,\n"
        "enterprise,,,,,,,contact_us,\n"
        "pro,4900,annual,postings,20,,12.5,,\n"
    )
    dataset = ingest(Folder(tmp_path), folder=tmp_path / "checked", currency="EUR", name="Job board")

    book, remarks = book_from_table(dataset, on=TODAY)

    assert remarks == ()
    assert [(plan.name, plan.billing, plan.price) for plan in book.plans] == [
        ("basic", "monthly", 190),
        ("pro", "monthly", 490),
        ("pro", "annual", 4900),
        ("enterprise", "monthly", None),
    ]
    pro = book.line("pro")
    assert pro.features == {"search": True, "export": True}
    assert [(block.from_units, block.price) for block in pro.charges[0].blocks] == [
        (0, Decimal("12.5")),
        (100, 9),
    ]


def test_a_dataset_without_the_table_is_told_how_to_get_one(tmp_path: Path):
    (tmp_path / "usage.csv").write_text("customer_id,date,metric,units\na,2026-01-01,postings,1\n")
    dataset = ingest(Folder(tmp_path), folder=tmp_path / "checked", currency="EUR")

    with pytest.raises(PriceBookRefused, match="a row per plan"):
        book_from_table(dataset, on=TODAY)


def test_lines_that_begin_later_wait_and_earlier_ones_have_ended():
    lines = [
        {"valid_from": day, "price": Decimal(price)}
        for day, price in ((date(2025, 1, 1), 400), (date(2026, 1, 1), 450), (date(2026, 9, 1), 500))
    ]

    book, (remark,) = read(*lines)

    assert [plan.price for plan in book.plans] == [450]
    assert "2026-09-01" in remark.message


def test_lines_in_another_currency_are_left_out_and_named():
    book, (remark,) = read({}, {"currency": "USD", "plan": "other"})

    assert [plan.name for plan in book.plans] == ["pro"]
    assert "USD" in remark.message


def test_a_region_has_its_own_lines_and_those_for_everywhere():
    lines = [{}, {"region": "CH", "price": Decimal(550)}, {"plan": "basic", "price": Decimal(190)}]

    everywhere, (remark,) = read(*lines)
    swiss, _ = read(*lines, region="CH")

    assert [plan.price for plan in everywhere.plans] == [190, 490]
    assert "CH" in remark.message
    assert [plan.price for plan in swiss.plans] == [190, 550]
    with pytest.raises(PriceBookRefused, match="AT"):
        read(*lines, region="AT")


def test_the_only_region_is_everywhere():
    assert len(read({"region": "EU"})[0].plans) == 1


def test_a_price_per_unit_without_included_units_is_read_as_none_included_and_said():
    book, (remark,) = read(units(included_units=None))

    assert book.plans[0].charges[0].included_units == 0
    assert "none included" in remark.message


def test_units_that_are_sold_from_somewhere_on_are_free_before_it():
    book, _ = read(units(overage_price=None), units(min_units=Decimal(50), overage_price=Decimal(3)))

    assert [(b.from_units, b.price) for b in book.plans[0].charges[0].blocks] == [(0, 0), (50, 3)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([units(), units(min_units=Decimal(9), price=Decimal(600))], "one price"),
        ([units(), units(min_units=Decimal(9), metric="seats")], "seats"),
        ([units(), units(min_units=Decimal(9), overage_price=None)], "no overage_price"),
        ([units(), units(min_units=Decimal(0), overage_price=Decimal(9))], "from 0 units on is there twice"),
        ([units(metric=None)], "no metric"),
        ([{"currency": "USD"}], "No line"),
        ([{"valid_from": date(2030, 1, 1)}], "No line"),
    ],
)
def test_lines_that_contradict_each_other_are_refused(rows, says):
    with pytest.raises(PriceBookRefused, match=says):
        read(*rows)


def test_a_refusal_names_the_plan_the_line_and_the_prices_as_people_write_them():
    lines = (
        units(price=Decimal("49.500000")),
        units(min_units=Decimal("9.000000"), price=Decimal("60.000000")),
    )

    with pytest.raises(
        PriceBookRefused, match=r"^Plan pro: the block from 9 units on has the price 60 and .* 49\.5\."
    ):
        read(*lines)


def test_where_no_line_is_left_it_is_said_why():
    with pytest.raises(
        PriceBookRefused, match=r"valid on 2026-03-01: lines for AT, CH are left out; ask .* region"
    ):
        read({"region": "CH"}, {"region": "AT", "plan": "basic"})
