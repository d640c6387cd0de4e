"""What expansion came from, through the front door: each subscription followed from one price to the next."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from models.retention.movements import lines_of
from pricing_service.decisions._growth_ledger import read_book
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import month as day
from tests.pricing_service.decisions.test_growth import monthly, subscription

KIND = "growth"
MONTHS = 6
CAUSES = ("units", "plan_change", "discount", "another_subscription", "other")


def ended(tables: Tables) -> Tables:
    """The same tables, seen until the end of the sixth month."""
    told: list[Row] = [{"customer_id": "c", "date": "2024-06-30", "metric": "seats", "units": 1}]
    return tables | {"usage": told}


def stretches(*rows: dict[str, object], who: str = "c", name: str = "s") -> list[Row]:
    """One subscription from month to month; each stretch ends where the next one starts."""
    ends = [row["start"] for row in rows[1:]] + [None]
    return [
        subscription(who, row["start"], end, row["mrr"], subscription_id=name)  # type: ignore[arg-type]
        | {key: each for key, each in row.items() if key not in {"start", "mrr"}}
        for row, end in zip(rows, ends, strict=True)
    ]


def at(start: int, mrr: float, quantity: object = "", list_mrr: object = "", **more: object) -> Row:
    return {"start": start, "mrr": mrr, "quantity": quantity, "list_mrr": list_mrr, **more}


def moved(front_door: FrontDoor, rows: list[Row], *, month: int = 2, **more: list[Row]) -> dict[str, Any]:
    """What moved in a month: all lines and causes that are not 0."""
    found = decided(KIND, front_door(ended({"subscriptions": rows, **more})))
    row = found.result["months"][month]
    lines = {name: row[name] for name in ("expansion", "price_raise", "contraction") if row[name]}
    return lines | {cause: amount for cause, amount in row["expansion_by"].items() if amount}


def test_more_units_at_the_old_price_are_units(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100, 10, 125), at(2, 150, 15, 187.5))

    assert moved(front_door, rows) == {"expansion": 50, "units": 50}


def test_a_list_price_that_rose_per_unit_is_a_raise_and_the_rest_is_discount(front_door: FrontDoor) -> None:
    """Ten units at 12.50 less 20 %, then twelve at 15 less 10 %: 20 units, 24 raise, 18 less discount."""
    rows = stretches(at(0, 100, 10, 125), at(2, 162, 12, 180))

    assert moved(front_door, rows) == {"expansion": 38, "price_raise": 24, "units": 20, "discount": 18}


def test_another_plan_explains_all_of_the_change(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100, 10, 100), at(2, 180, 12, 180, plan="pro"))

    assert moved(front_door, rows) == {"expansion": 80, "plan_change": 80}


def test_a_discount_that_ends_is_expansion_by_discount(front_door: FrontDoor) -> None:
    assert moved(front_door, stretches(at(0, 80, 10, 100), at(2, 100, 10, 100))) == {
        "expansion": 20, "discount": 20,
    }  # fmt: skip


def test_a_further_subscription_is_another_one(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100)) + stretches(at(2, 30), name="t")

    assert moved(front_door, rows) == {"expansion": 30, "another_subscription": 30}


def test_a_subscription_in_the_place_of_one_that_ends_goes_on_with_it(front_door: FrontDoor) -> None:
    old, new = subscription("c", 0, 2, 100), subscription("c", 2, None, 150)
    rows = [old | {"subscription_id": "s"}, new | {"subscription_id": "t", "plan": "pro"}]

    assert moved(front_door, rows) == {"expansion": 50, "plan_change": 50}


def test_the_end_of_one_of_several_is_contraction(front_door: FrontDoor) -> None:
    rows = [subscription("c", 0, 2, 40, subscription_id="t"), *stretches(at(0, 100))]

    assert moved(front_door, rows) == {"contraction": 40}


def test_without_quantities_nothing_tells_the_cause(front_door: FrontDoor) -> None:
    assert moved(front_door, stretches(at(0, 100), at(2, 130))) == {"expansion": 30, "other": 30}


def test_with_quantities_but_no_list_price_the_rest_is_other(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100, 10), at(2, 130, 12))

    assert moved(front_door, rows) == {"expansion": 30, "units": 20, "other": 10}


def test_a_base_fee_spread_over_more_units_is_no_cut_of_the_price(front_door: FrontDoor) -> None:
    """50 and 5 a unit: ten more units cost 50 more, though each costs less than before."""
    rows = stretches(at(0, 100, 10, 100), at(2, 150, 20, 150))

    assert moved(front_door, rows) == {"expansion": 50, "units": 50}


def test_a_base_fee_spread_over_fewer_units_is_no_raise(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 150, 20, 150), at(2, 100, 10, 100))

    assert moved(front_door, rows) == {"contraction": 50}


def test_prices_rounded_to_cents_are_no_raise_and_no_discount(front_door: FrontDoor) -> None:
    """3 and 7 units at a third of 10 each, less 15 %: per unit the rounded prices differ."""
    rows = stretches(at(0, 8.5, 3, 10), at(2, 19.83, 7, 23.33))

    assert moved(front_door, rows) == {"expansion": 11.33, "units": 11.33}


def test_a_told_raise_wins_over_the_one_that_list_prices_show(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100, 10, 100), at(2, 144, 12, 144))
    told: list[Row] = [
        {"customer_id": "c", "date": day(2), "old_mrr": 100, "offered_mrr": 110, "new_mrr": 110}
    ]

    assert moved(front_door, rows) == {"expansion": 20, "price_raise": 24, "units": 20}
    assert moved(front_door, rows, price_changes=told) == {
        "expansion": 34, "price_raise": 10, "units": 20, "other": 14,
    }  # fmt: skip


def test_raises_found_in_list_prices_are_told_as_such(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100, 10, 100), at(2, 144, 12, 144))
    found = decided(KIND, front_door(ended({"subscriptions": rows})))

    assert "raises_found_in_list_prices" in [each["code"] for each in found.result["caveats"]]
    assert "Expansion by cause: number of units 20.00 EUR." in found.result["sentences"]


def test_without_subscriptions_all_expansion_is_other(front_door: FrontDoor) -> None:
    ends = np.array([[100, 50], [130, 50], [130, 80]])
    rows = decided(KIND, front_door(monthly(ends))).result["months"]

    assert [row["expansion_by"]["other"] for row in rows] == [0, 30, 30]
    assert all(row["expansion_by"][cause] == 0 for row in rows for cause in CAUSES[:-1])


def test_a_merger_and_a_parent_make_their_subscriptions_one_customers(front_door: FrontDoor) -> None:
    rows = stretches(at(0, 100)) + stretches(at(2, 30), who="d") + stretches(at(2, 5), who="e")
    people: list[Row] = [
        {"customer_id": "c", "signed_up": day(0)},
        {"customer_id": "d", "signed_up": day(0), "merged_into": "c", "merged_on": day(3)},
        {"customer_id": "e", "signed_up": day(0), "parent_id": "c"},
    ]

    assert moved(front_door, rows, customers=people) == {"expansion": 35, "another_subscription": 35}


def drawn(seed: int) -> tuple[Tables, np.ndarray]:
    """A business by lot, and its month-ends in cents (T, n): plans, quantities, list prices, gaps and told raises."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    raises: list[Row] = []
    ends = np.zeros((MONTHS, 8), dtype=np.int64)
    for who, name in ((who, name) for who in range(8) for name in ("s", "t")[: rng.integers(1, 3)]):
        cuts = sorted(rng.choice(MONTHS + 1, size=rng.integers(2, 6), replace=False).tolist())
        for start, stop in itertools.pairwise(cuts):
            if rng.random() < 0.15:
                continue
            quantity, cents = int(rng.integers(0, 6)), int(rng.integers(1, 30_000))
            known = {"quantity": quantity, "list_mrr": cents / 100 + int(rng.integers(0, 40))}
            shown = {key: value for key, value in known.items() if rng.random() < 0.8}
            more = {"subscription_id": name, "plan": str(rng.choice(["a", "b"])), **shown}
            end = None if stop == MONTHS and rng.random() < 0.5 else stop
            rows.append(subscription(f"c{who}", start, end, cents / 100) | more)
            ends[start:stop, who] += cents
            if rng.random() < 0.2:
                told = {"old_mrr": 10, "offered_mrr": 17, "new_mrr": 17}
                raises.append({"customer_id": f"c{who}", "date": day(start), **told})
    rows.append(subscription("c", 0, None, 1))
    tables: Tables = {"subscriptions": rows, "price_changes": raises}
    return ended({name: each for name, each in tables.items() if each}), ends


@pytest.mark.parametrize("seed", range(12))
def test_the_bridge_closes_for_every_customer_and_causes_add_up_whatever_happens(
    front_door: FrontDoor, seed: int
) -> None:
    tables, ends = drawn(seed)
    panel = front_door(tables)
    book = read_book(panel)
    (block,) = book.ledger.blocks()
    lines = lines_of(block, book.ledger.before)
    gained = sum(lines[name] for name in ("new", "reactivation", "expansion", "price_raise"))
    change = np.diff(block.mrr, axis=0, prepend=0)
    rows = decided(KIND, panel).result["months"]

    there = [int(name[1:]) for name in book.customers if name != "c"]
    assert (block.mrr[:, [name != "c" for name in book.customers]] == ends[:, there]).all()
    assert (gained - lines["contraction"] - lines["churn"] == change).all()
    for row in rows:
        assert round(sum(row["expansion_by"].values()) - row["expansion"], 6) == 0
