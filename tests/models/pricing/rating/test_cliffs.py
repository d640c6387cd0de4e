"""Cliffs are where one more unit makes the bill jump."""

from __future__ import annotations

from models.pricing.rating.cliffs import find_cliffs
from models.pricing.rating.lines import Charge, Tariff
from models.pricing.rating.rounding import MILLION, Ratio


def limited(price: int, units: int | None) -> Tariff:
    return Tariff(Ratio(price), (Charge(0, None if units is None else units * MILLION),))


def test_the_301st_order_costs_three_times_the_plan():
    menu = [limited(2000, 300), limited(6000, 1500), limited(9000, None)]

    worst = find_cliffs(menu, metrics=1)

    assert [(c.units // MILLION, c.bill, c.above, c.next_plan) for c in worst] == [
        (300, 2000, 6000, 1),
        (1500, 6000, 9000, 2),
    ]


def test_overage_by_the_unit_is_no_cliff_and_by_the_pack_is_one():
    by_unit = Charge(0, 300 * MILLION, (0,), (Ratio(10),))
    by_pack = Charge(0, 300 * MILLION, (0,), (Ratio(10),), step=100 * MILLION)

    assert find_cliffs([Tariff(Ratio(2000), (by_unit,))], metrics=1) == []
    (cliff,) = find_cliffs([Tariff(Ratio(2000), (by_pack,))], metrics=1)
    assert (cliff.jump, cliff.next_plan) == (1000, 0)


def test_where_every_plan_ends_the_next_unit_cannot_be_had():
    (cliff,) = find_cliffs([limited(2000, 300)], metrics=1)

    assert (cliff.above, cliff.jump, cliff.next_plan) == (None, None, None)


def test_a_menu_without_limits_has_no_cliff():
    assert find_cliffs([limited(2000, None)], metrics=1) == []
