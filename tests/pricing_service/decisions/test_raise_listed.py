"""List prices that customers came at tell only where prices alone changed, and as long as they are what is paid."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable
from pricing_service.decisions._raise_contracts import contracts
from pricing_service.decisions._raise_listed import ListPrices
from pricing_service.decisions._raise_rows import RaiseRows
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.listed_book import PRICES, USUAL, listed_book
from tests.pricing_service.decisions.raising_business import customers_of, first_day
from tests.pricing_service.decisions.small_business import Row, Tables

OVER = {
    (plan, price): np.log(price / USUAL[plan])
    for plan, versions in PRICES.items()
    for price in versions.values()
}


def listed(panel: StoredPanel) -> ListPrices:
    return ListPrices.of(panel, customers_of(panel), contracts(panel, ended=True))


def refused(panel: StoredPanel) -> str:
    with pytest.raises(NotEstimable) as refusal:
        listed(panel)
    return refusal.value.reason


@pytest.fixture(scope="module")
def tables() -> Tables:
    return listed_book(500)


@pytest.fixture(scope="module")
def panel(front_door: FrontDoor, tables: Tables) -> StoredPanel:
    return front_door(tables)


def test_each_plan_s_versions_stand_beside_the_one_on_which_most_came(panel: StoredPanel, tables: Tables):
    found = listed(panel)

    assert found.tells.all()
    assert [(each.plan, each.price) for each in found.versions] == [
        ("basic", (50.0, "EUR/month")), ("basic", (60.0, "EUR/month")), ("free choice", (80.0, "EUR/month")),
        ("team", (100.0, "EUR/month")), ("team", (130.0, "EUR/month")),
    ]  # fmt: skip
    assert sum(each.customers for each in found.versions) == len(tables["customers"])
    np.testing.assert_allclose(
        [each.log for each in found.versions], [*list(OVER.values())[:2], 0.0, 0.0, OVER["team", 130]]
    )


def test_bills_are_those_at_the_usual_list_price_and_list_prices_do_not_stand_beside_themselves(
    panel: StoredPanel, tables: Tables
):
    found, customers = listed(panel), customers_of(panel)
    bills = {str(row["customer_id"]): float(str(row["mrr"])) for row in tables["subscriptions"]}
    rows = RaiseRows.of(panel, customers, contracts(panel, ended=True), listed=found)
    given, known = rows.past.given, np.column_stack([rows.past.known, np.ones(rows.past.given.size)])

    assert set(np.round(np.unique(given), 9)) == {round(each, 9) for each in OVER.values()}
    np.testing.assert_allclose(found.bill * np.exp(found.log), [bills[each] for each in customers.everybody])
    left = given - known @ np.linalg.lstsq(known, given, rcond=None)[0]
    assert left.var() > 0.2 * given.var()


@pytest.mark.parametrize(("announced", "last"), [(None, 23), (21, 20)])
def test_a_price_tells_until_a_raise_is_told_by_policy(
    front_door: FrontDoor, tables: Tables, announced: int | None, last: int
):
    who = {row["customer_id"] for row in tables["customers"] if str(row["signed_up"]) < first_day(10)}
    stays = next(
        row
        for row in tables["subscriptions"]
        if row["customer_id"] in who and row["plan"] == "basic" and not row["end"]
    )
    told = {
        "customer_id": stays["customer_id"], "date": first_day(25), "old_mrr": stays["mrr"], "offered_mrr": 70,
        "new_mrr": 70, "assignment": "policy", "response": "accepted",
        "announced": "" if announced is None else first_day(announced),
    }  # fmt: skip
    panel = front_door(tables | {"price_changes": [told]})
    found, place = listed(panel), customers_of(panel).everybody.index(str(stays["customer_id"]))
    month = 12 * 2024 + np.arange(36)

    given, known = found.given(np.full(36, place), month), found.known(np.full(36, place), month)[:, -1]

    assert np.flatnonzero(given).max() == last
    np.testing.assert_allclose(given + known, OVER["basic", 50])


def test_a_raise_by_lot_leaves_the_list_price_what_it_was(front_door: FrontDoor, tables: Tables):
    row = tables["subscriptions"][0]
    told = {
        "customer_id": row["customer_id"], "date": first_day(25), "old_mrr": row["mrr"], "offered_mrr": row["mrr"],
        "new_mrr": row["mrr"], "assignment": "randomised", "response": "accepted",
    }  # fmt: skip

    assert (listed(front_door(tables | {"price_changes": [told]})).until > 12 * 2200).all()


def test_who_came_from_another_plan_does_not_tell(front_door: FrontDoor, tables: Tables):
    moves = next(
        row for row in tables["subscriptions"] if str(row["start"]) < first_day(3) and not row["end"]
    )
    before = moves | {"plan": "trial plan", "end": first_day(8)}
    rest = [row for row in tables["subscriptions"] if row is not moves]
    panel = front_door(tables | {"subscriptions": [*rest, before, moves | {"start": first_day(8)}]})

    found = listed(panel)

    assert np.flatnonzero(~found.tells).tolist() == [
        customers_of(panel).everybody.index(str(moves["customer_id"]))
    ]
    assert (found.log[~found.tells] == 0).all()
    assert (found.levels[~found.tells, :3] == 0).all()
    assert (found.levels[found.tells, :3].sum(axis=1) == 1).all()


@pytest.mark.parametrize("changes", [{"features": "chat"}, {"price_type": "contact_us", "price": ""}])
def test_versions_that_changed_more_than_prices_do_not_tell(
    front_door: FrontDoor, tables: Tables, changes: dict[str, object]
):
    plain: Row = {"features": "", "price_type": "list"}
    book = [
        row | plain | (changes if row["valid_from"] != first_day(0) else {}) for row in tables["price_book"]
    ]

    assert refused(front_door(tables | {"price_book": book})) == "no_price_versions"


def test_lines_whose_prices_went_apart_do_not_tell_and_those_that_went_alike_do(
    front_door: FrontDoor, tables: Tables
):
    def with_annual(factor: float) -> Tables:
        annual = [
            row
            | {
                "billing": "annual",
                "price": float(str(row["price"])) * (10 if row["valid_from"] == first_day(0) else factor),
            }
            for row in tables["price_book"]
        ]
        return tables | {
            "price_book": [row | {"billing": "monthly"} for row in tables["price_book"]] + annual
        }

    alike = listed(front_door(with_annual(10)))

    assert alike.tells.all()
    assert {each.price for each in alike.versions} == {None}
    assert refused(front_door(with_annual(9))) == "no_price_versions"


def test_too_few_customers_of_a_version_do_not_tell(front_door: FrontDoor):
    assert refused(front_door(listed_book(70))) == "no_price_versions"


def test_without_a_price_book_nothing_tells(front_door: FrontDoor, tables: Tables):
    without = {name: rows for name, rows in tables.items() if name != "price_book"}

    assert refused(front_door(without)) == "no_price_versions"


def test_plans_that_moved_together_have_nothing_to_stand_beside(front_door: FrontDoor):
    assert refused(front_door(listed_book(400, plans=("basic",)))) == "plans_moved_together"


def test_neither_the_order_of_customers_nor_that_of_lines_matters(
    front_door: FrontDoor, panel: StoredPanel, tables: Tables
):
    backwards = {name: rows[::-1] for name, rows in tables.items()}

    found, other = listed(panel), listed(front_door(backwards))

    assert (found.log == other.log).all()
    assert (found.levels == other.levels).all()
    assert found.versions == other.versions
