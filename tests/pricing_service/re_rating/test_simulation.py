"""Re-rating a whole business is exact to the cent, and says who pays more, who moves and who is left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.re_rating import SimulationOptions
from pricing_service.re_rating.simulation import Books, Simulation, simulate
from tests.pricing_service.re_rating.business import Business, make_business
from tests.pricing_service.re_rating.slow_book import SlowBook, SlowResult, paid

money = st.integers(0, 50_000).map(lambda cents: Decimal(cents) / 100)
rates = st.integers(0, 900_000).map(lambda millionths: Decimal(millionths) / 10**6)


@dataclass(frozen=True, repr=False)
class World:
    """A business and its panel; what hypothesis prints of them would fill a screen."""

    business: Business
    panel: StoredPanel


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    business = make_business()
    return World(business, business.panel(tmp_path_factory.mktemp("business")))


@pytest.fixture(scope="module")
def panel(world: World) -> StoredPanel:
    return world.panel


@st.composite
def charges(draw: st.DrawFn, metric: str) -> dict[str, Any]:
    starts = sorted({0, *draw(st.sets(st.integers(1, 5000), max_size=2))})
    included = draw(st.none() | st.integers(0, 3000) | st.just(10**6))
    sold = included is not None and draw(st.booleans() | st.just(True))
    return {
        "metric": metric,
        "included_units": included,
        "blocks": [{"from_units": start, "price": draw(rates)} for start in starts] if sold else [],
        "unit_step": draw(st.sampled_from([None, None, 10, 2.5])),
    }


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    metrics = draw(st.sets(st.sampled_from(["calls", "seats"]), max_size=2))
    unit = draw(st.sampled_from(["/month", "/month", "seats/month", "tokens/month"]))
    metrics -= {unit.partition("/")[0]}
    return {
        "price": draw(st.none() | money | money),
        "unit": unit,
        "charges": [draw(charges(metric)) for metric in sorted(metrics)],
        "private": draw(st.sampled_from([False, False, True])),
        "replaces": draw(st.sampled_from([[], [], ["legacy"], ["b", "legacy"]])),
    }


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    keys = st.tuples(
        st.sampled_from([None, None, "core", "extra"]),
        st.sampled_from(["a", "b", "new", "legacy"]),
        st.sampled_from(["monthly", "monthly", "annual"]),
    )
    plans = [
        {"product": product, "name": name, "billing": billing, **draw(lines())}
        for product, name, billing in draw(st.lists(keys, min_size=1, max_size=5, unique=True))
    ]
    kept = [
        {
            "plan": plan["name"],
            "product": plan["product"],
            "billing": plan["billing"],
            "on_plan_before": draw(st.dates(date(2023, 9, 1), date(2024, 8, 1))),
            "until": draw(st.sampled_from([None, date(2024, 1, 1), date(2025, 1, 1)])),
            "price": draw(st.none() | money),
            "included_units": draw(
                st.dictionaries(st.just("calls"), st.none() | st.integers(0, 4000), max_size=1)
            ),
        }
        for plan in plans
        if draw(st.booleans())
    ]
    whole = {
        "billing": draw(st.sampled_from([{"monthly": 1}, {"monthly": 1, "annual": Decimal("0.83")}])),
        "prorates": draw(st.sampled_from(["price", "nothing", "price_and_units"])),
    }
    return PriceBook.model_validate(
        {"name": "b", "currency": "EUR", "plans": plans, "grandfathered": kept, **whole}
    )


def exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))


@given(books())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_every_line_and_every_customer_is_exact_to_the_cent(world, draft):
    found = simulate(world.panel, Books(draft, None), SimulationOptions(leaving="assumed"))

    slow = SlowBook(draft, world.business)
    expected = slow.results()
    lines: dict[tuple[str, str, date], list[Decimal]] = defaultdict(list)
    for row in found.lines.to_pylist():
        lines[row["customer_id"], row["product"], row["plan_before"], row["month"]].append(
            exact(row["after"])
        )
    slow_lines: dict[tuple[str, str, date], list[Decimal]] = defaultdict(list)
    for (key, month), result in expected.items():
        slow_lines[key[0], key[1], key[2], month] += result.lines or []
    for key in lines.keys() | slow_lines.keys():
        assert nonzero(lines[key]) == nonzero(slow_lines[key]), key

    assert customers_of(found) == slow_customers(slow, expected)


def nonzero(amounts: list[Decimal]) -> list[Decimal]:
    return sorted(amount for amount in amounts if amount)


def customers_of(found: Simulation) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    return {
        row["customer_id"]: (exact(row["before"]), exact(row["after"])) for row in found.customers.to_pylist()
    }


def slow_customers(
    slow: SlowBook, results: dict[Any, SlowResult]
) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """What each customer paid and would pay in the entries whose bill is known."""
    totals: dict[str, tuple[Decimal | None, Decimal | None]] = {key[0]: (None, None) for key, _ in results}
    for (key, month), result in results.items():
        if result.lines is not None:
            before, after = totals[key[0]]
            entry = paid(slow.entries[key, month], month)
            totals[key[0]] = ((before or 0) + entry, (after or 0) + sum(result.lines))
    return totals


@given(books())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_a_draft_that_is_the_current_book_changes_nothing(world, book):
    found = simulate(world.panel, Books(book, book), SimulationOptions(leaving="assumed"))

    slow = SlowBook(book, world.business).results()
    stayed = {key[0] for key, _ in slow} - {key[0] for (key, _), result in slow.items() if not result.kept}
    for row in found.customers.to_pylist():
        if row["customer_id"] in stayed and row["before"] is not None:
            assert row["change"] == 0, row


def book(*plans: dict[str, Any], **fields: Any) -> PriceBook:
    return PriceBook.model_validate({"name": "b", "currency": "EUR", "plans": plans, **fields})


def test_totals_are_sums_of_the_customers_and_of_the_lines(panel: StoredPanel) -> None:
    draft = book(
        {"name": "a", "price": 20, "charges": [{"metric": "calls", "blocks": [{"price": 0.013}]}]},
        {"name": "b", "price": 35, "replaces": ["legacy"]},
    )

    found = simulate(panel, Books(draft, None), SimulationOptions())

    after = sum(
        Decimal(repr(row["after"])) for row in found.customers.to_pylist() if row["after"] is not None
    )
    assert exact(found.result["total"]["after"]) == after
    assert sum(exact(line["after"]) for line in found.result["lines"]) == after
    assert sum(group["customers"] for group in found.result["change"]["groups"]) == (
        found.result["counted"]["customers"] - found.result["change"]["paid_nothing"]
    )


def test_who_loses_a_plan_moves_to_the_cheapest_that_fits_and_is_counted(panel: StoredPanel) -> None:
    draft = book(
        {"name": "a", "price": 20},
        {"name": "b", "price": 35},
        {"name": "cheap", "price": 5, "charges": [{"metric": "calls", "included_units": 10**6}]},
        {"name": "cheaper", "price": 1, "private": True},
    )

    found = simulate(panel, Books(draft, None), SimulationOptions())

    assert {(move["from"], move["to"], move["why"]) for move in found.result["moves"]} == {
        ("legacy", "cheap", "plan_gone")
    }
    last = [row for row in found.customers.to_pylist() if row["plan_before"] == "legacy"]
    assert sum(move["customers"] for move in found.result["moves"]) == len(last)


def test_what_has_no_price_is_left_out_of_both_sides_and_said(panel: StoredPanel) -> None:
    draft = book(
        {"name": "a"}, {"name": "b", "price": 9, "unit": "tokens/month"}, {"name": "legacy", "price": 3}
    )

    found = simulate(panel, Books(draft, None), SimulationOptions())

    reasons = {left["reason"]: left["customer_months"] for left in found.result["left_out"]}
    assert reasons.keys() == {"contact_us", "metric_not_in_data"}
    counted = found.result["counted"]["customer_months"]
    assert counted + sum(reasons.values()) == found.result["customer_months"]
    assert any("negotiated" in sentence for sentence in found.result["sentences"])


def test_the_window_is_the_last_complete_months(panel: StoredPanel) -> None:
    found = simulate(panel, Books(book({"name": "a", "price": 1}), None), SimulationOptions(months=2))

    assert found.result["months"] == {"first": "2024-06", "last": "2024-07", "count": 2}


def test_a_metric_may_have_another_name_in_the_data_or_be_called_by_its_unit(panel: StoredPanel) -> None:
    by_unit = book(
        {"name": "a", "price": 2, "unit": "seat/month"}, {"name": "b", "price": 1, "replaces": ["legacy"]}
    )
    renamed = book(
        {"name": "a", "price": 2, "unit": "users/month"}, {"name": "b", "price": 1, "replaces": ["legacy"]}
    )

    one = simulate(panel, Books(by_unit, None), SimulationOptions())
    other = simulate(panel, Books(renamed, None), SimulationOptions(metrics={"users": "seats"}))

    assert one.lines.equals(other.lines)
    assert one.result["total"]["after"] > 0


def test_before_is_the_current_book_where_it_has_the_plan_and_what_was_paid_elsewhere(
    panel: StoredPanel,
) -> None:
    plans = [{"name": name, "price": 50} for name in ("a", "b", "legacy")]

    found = simulate(panel, Books(book(*plans), book(*plans[:2])), SimulationOptions())

    assert 0 < found.result["counted"]["from_book"] < found.result["counted"]["customer_months"]
    assert {warning["code"] for warning in found.result["warnings"]} >= {"plans_not_in_current_book"}


def test_grandfathering_ends_on_its_day(panel: StoredPanel) -> None:
    plans = [{"name": name, "price": 50} for name in ("a", "b", "legacy")]
    kept = [
        {"plan": name, "on_plan_before": "2030-01-01", "until": "2025-01-01", "price": 20}
        for name in ("a", "b")
    ]
    draft = book(*plans, grandfathered=kept)

    now, later = (
        simulate(panel, Books(draft, None), SimulationOptions(billed_on=day)).result["total"]["after"]
        for day in (date(2024, 12, 31), date(2025, 1, 1))
    )

    assert now < later
    assert later == simulate(panel, Books(book(*plans), None), SimulationOptions()).result["total"]["after"]


def test_the_same_question_gives_the_same_answer(panel: StoredPanel) -> None:
    draft = book({"name": "a", "price": 20}, {"name": "b", "price": 35})

    one, other = (simulate(panel, Books(draft, None), SimulationOptions()) for _ in range(2))

    assert one.result == other.result
    assert one.customers.equals(other.customers)
    assert one.lines.equals(other.lines)


def test_who_would_save_enough_might_move(panel: StoredPanel) -> None:
    draft = book({"name": "a", "price": 900}, {"name": "b", "price": 5, "replaces": ["legacy"]})

    found = simulate(panel, Books(draft, None), SimulationOptions(leaving="assumed")).result["behaviour"]

    assert found["leave"]["high"] > 0
    assert found["move"]["high"] > 0, "a is dear, and b is there"


@pytest.mark.parametrize(
    ("draft", "options", "says"),
    [
        (PriceBook(name="b", currency="USD"), {}, "USD"),
        (PriceBook(name="b", currency="EUR"), {"leaving_low": 0.9}, "leaving_low"),
    ],
)
def test_what_cannot_be_compared_is_refused(panel: StoredPanel, draft, options, says) -> None:
    with pytest.raises(InvalidInput, match=says):
        simulate(panel, Books(draft, None), SimulationOptions(**options))


def test_without_a_customer_month_nothing_is_claimed(tmp_path: Path) -> None:
    empty = Business([], make_business(3).usage[:1]).panel(tmp_path)

    result = simulate(empty, Books(book(), None), SimulationOptions()).result

    assert result["change"]["p50"] is None
    assert "No customer-month can be compared" in result["sentences"][0]
