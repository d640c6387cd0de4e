"""Bills are exact to the minor unit: against an independent slow calculation, and by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.rating.lines import UNKNOWN, Charge, Tariff, Usage, rate
from models.pricing.rating.rounding import MILLION, Ratio
from tests.models.pricing.rating.slow_bill import SlowCharge, SlowMonth, SlowTariff, slow_bill

METRICS = 2


def in_millionths(units: Decimal) -> int:
    return int(units * MILLION)


def fast(tariff: SlowTariff, *, decimals: int) -> Tariff:
    def ratio(price: Decimal) -> Ratio:
        return Ratio.of(Fraction(price) * 10**decimals)

    charges = tuple(
        Charge(
            charge.metric,
            None if charge.included is None else in_millionths(charge.included),
            tuple(in_millionths(start) for start, _ in charge.blocks),
            tuple(ratio(price) for _, price in charge.blocks),
            in_millionths(charge.step),
            charge.by_days,
        )
        for charge in tariff.charges
    )
    return Tariff(ratio(tariff.price), charges, tariff.prorates_units)


def usage(months: list[SlowMonth]) -> Usage:
    units = [[in_millionths(month.units[m]) for month in months] for m in range(METRICS)]
    return Usage(
        np.array(units, dtype=np.int64).reshape(METRICS, len(months)),
        np.array([month.days for month in months], dtype=np.int64),
        np.array([month.month_days for month in months], dtype=np.int64),
        np.array([month.metered for month in months], dtype=np.bool_),
    )


prices = st.decimals("0", "99999", places=6) | st.decimals("0", "500", places=2)
amounts = (
    st.decimals("0", "20000", places=6)
    | st.integers(0, 500).map(Decimal)
    | st.decimals("0", "900000000", places=0)
)


@st.composite
def charges(draw: st.DrawFn) -> SlowCharge:
    starts = sorted(
        draw(
            st.sets(st.integers(1, 400).map(Decimal) | st.decimals("0.000001", "9999", places=6), max_size=3)
        )
    )
    sold = draw(st.booleans())
    return SlowCharge(
        metric=draw(st.integers(0, METRICS - 1)),
        included=draw(st.none() | amounts),
        blocks=tuple((start, draw(prices)) for start in [Decimal(0), *starts]) if sold else (),
        step=draw(st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5"), Decimal(1000)])),
        by_days=draw(st.booleans()),
    )


tariffs = st.builds(SlowTariff, prices, st.lists(charges(), max_size=3).map(tuple), st.booleans())
months = st.builds(
    SlowMonth,
    st.tuples(amounts, amounts),
    st.integers(0, 62),
    st.integers(28, 31),
    st.booleans(),
)


@given(tariffs, st.lists(months, max_size=6), st.sampled_from([0, 2, 3]))
@settings(max_examples=400)
def test_every_line_of_every_bill_is_that_of_the_slow_calculation(tariff, used, decimals):
    bill = rate(fast(tariff, decimals=decimals), usage(used))

    for at, month in enumerate(used):
        slow = slow_bill(tariff, month, decimals=decimals)
        lines = [Decimal(int(line.amount[at])).scaleb(-decimals) for line in bill.lines]
        assert lines == slow.lines
        assert bool(bill.carried[at]) == slow.carried
        assert Decimal(int(bill.total[at])).scaleb(-decimals) == (slow.total if slow.carried else 0)


@given(tariffs, st.lists(months, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_bill_does_not_depend_on_the_order_of_months(tariff, used, random):
    order = list(range(len(used)))
    random.shuffle(order)
    terms = fast(tariff, decimals=2)

    shuffled = rate(terms, usage(used).at(np.array(order)))

    assert shuffled.total.tolist() == rate(terms, usage(used)).total[order].tolist()


def one_month(units: str, *, days: int = 31, month_days: int = 31) -> Usage:
    return usage([SlowMonth((Decimal(units), Decimal(0)), days, month_days)])


def test_graduated_blocks_by_hand():
    # 10 free, then 90 at 2.50, then 150 at 2.00, then 50 at 1.25; 250 + 99 more are below
    blocks = (Decimal(0), Decimal("2.50")), (Decimal(100), Decimal(2)), (Decimal(250), Decimal("1.25"))
    tariff = SlowTariff(Decimal(99), (SlowCharge(0, Decimal(10), blocks),))

    bill = rate(fast(tariff, decimals=2), one_month("300"))

    assert [line.amount[0] for line in bill.lines] == [9900, 22500, 30000, 6250]
    assert [line.units[0] // MILLION for line in bill.lines[1:]] == [90, 150, 50]
    assert bill.total[0] == 68650


def test_half_a_cent_goes_to_the_even_cent():
    tariff = SlowTariff(Decimal(0), (SlowCharge(0, Decimal(0), ((Decimal(0), Decimal("0.005")),)),))

    amounts = [rate(fast(tariff, decimals=2), one_month(units)).total[0] for units in ("1", "3", "5", "7")]

    assert amounts == [0, 2, 2, 4]  # 0.5, 1.5, 2.5 and 3.5 cents


def test_each_line_is_rounded_by_itself():
    half = SlowCharge(0, Decimal(0), ((Decimal(0), Decimal("0.015")), (Decimal(1), Decimal("0.015"))))

    bill = rate(fast(SlowTariff(Decimal(0), (half,)), decimals=2), one_month("2"))

    assert [line.amount[0] for line in bill.lines[1:]] == [2, 2]  # 1.5 cents twice, not 3 cents once


def test_half_of_february_in_a_leap_year_has_fifteen_of_its_29_days():
    tariff = fast(SlowTariff(Decimal("49.99")), decimals=2)

    assert rate(tariff, one_month("0", days=15, month_days=29)).total[0] == 2586  # 2585.69 cents
    assert rate(tariff, one_month("0", days=15, month_days=28)).total[0] == 2678  # 2678.04


def test_a_yen_has_no_smaller_part():
    tariff = SlowTariff(Decimal(5000), (SlowCharge(0, Decimal(0), ((Decimal(0), Decimal("0.5")),)),))

    bill = rate(fast(tariff, decimals=0), one_month("5", days=10, month_days=30))

    assert [line.amount[0] for line in bill.lines] == [1667, 2]  # 1666.67 and 2.5 yen


def test_units_are_sold_in_whole_packs():
    tariff = SlowTariff(
        Decimal(0), (SlowCharge(0, Decimal(10), ((Decimal(0), Decimal(1)),), step=Decimal(25)),)
    )

    bills = [
        rate(fast(tariff, decimals=2), one_month(units)).total[0] for units in ("10", "11", "35", "35.1")
    ]

    assert bills == [0, 2500, 2500, 5000]


def test_a_limit_without_a_price_beyond_it_carries_no_more():
    tariff = fast(SlowTariff(Decimal(20), (SlowCharge(0, Decimal(300)),)), decimals=2)

    assert rate(tariff, one_month("300")).carried[0]
    assert not rate(tariff, one_month("300.000001")).carried[0]


def test_seats_of_half_a_month_cost_half_and_used_units_all():
    seats = SlowCharge(0, Decimal(0), ((Decimal(0), Decimal(10)),), by_days=True)
    calls = SlowCharge(0, Decimal(0), ((Decimal(0), Decimal(10)),))

    half = one_month("4", days=15, month_days=30)

    assert rate(fast(SlowTariff(Decimal(0), (seats,)), decimals=2), half).total[0] == 2000
    assert rate(fast(SlowTariff(Decimal(0), (calls,)), decimals=2), half).total[0] == 4000


def test_units_that_nobody_knows_make_a_bill_unknown_only_where_they_are_charged():
    month = Usage(np.array([[UNKNOWN], [5 * MILLION]]), np.array([31]), np.array([31]), np.array([True]))

    assert rate(Tariff(Ratio(100), (Charge(1, 0, (0,), (Ratio(1),)),)), month).known[0]
    assert rate(Tariff(Ratio(100), (Charge(0, None),)), month).known[0]
    assert not rate(Tariff(Ratio(100), (Charge(0, 0, (0,), (Ratio(1),)),)), month).known[0]


def test_usage_that_does_not_fit_together_is_refused():
    one, two = np.ones(1, dtype=np.int64), np.ones(2, dtype=np.int64)

    with pytest.raises(InvalidInput, match="same customer-months"):
        Usage(np.zeros((1, 2), dtype=np.int64), one, two, np.array([True]))
    with pytest.raises(InvalidInput, match="days"):
        Usage(np.zeros((1, 1), dtype=np.int64), -one, one, np.array([True]))
