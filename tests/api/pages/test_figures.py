"""Numbers must say no more than their intervals carry, and never hide that one is missing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.figures import GAP, chance, count, estimate, money, money_range, number_range, odds, share


def spaced(text: object) -> str:
    return str(text).replace(GAP, " ")


@pytest.mark.parametrize(
    ("ends", "unit", "said"),
    [
        ((41.2, 46.3, 52.1), "EUR/posting", "46 EUR (between 41 and 52 EUR, 9 in 10)"),
        ((4.12, 4.63, 5.21), "EUR/posting", "4.63 EUR (between 4.12 and 5.21 EUR, 9 in 10)"),
        ((41_200.0, 46_312.0, 52_144.0), "USD/site", "46,300 USD (between 41,200 and 52,100 USD, 9 in 10)"),
        ((500.0, 547.7, 603.2), "EUR/posting", "548 EUR (between 500 and 603 EUR, 9 in 10)"),
        ((0.011, 0.0127, 0.0149), "EUR/call", "0.0127 EUR (between 0.0110 and 0.0149 EUR, 9 in 10)"),
        ((2.0, 46.0, 900.0), "EUR/posting", "46 EUR (between 2.00 and 900 EUR, 9 in 10)"),
        ((-4.1, -3.2, -2.2), "EUR/posting", "−3.20 EUR (between −4.10 and −2.20 EUR, 9 in 10)"),
        ((0.516, 0.549, 0.581), "share", "55 % (between 52 and 58 %, 9 in 10)"),
        ((0.0003, 0.0005, 0.0008), "share", "0.05 % (between 0.03 and 0.08 %, 9 in 10)"),
        ((math.log(1.4), math.log(1.5), math.log(1.6)), "log", "×÷ 1.50 (between 1.40 and 1.60, 9 in 10)"),
        ((0.841, 0.874, 0.901), "correlation", "0.87 (between 0.84 and 0.90, 9 in 10)"),
        ((106.2, 127.9, 154.1), "customers", "128 (between 106 and 154, 9 in 10)"),
    ],
)
def test_an_estimate_is_rounded_to_what_its_interval_carries(ends, unit, said):
    low, value, high = ends
    shown = estimate({"value": value, "low": low, "high": high, "level": 0.9, "unit": unit})

    assert spaced(shown) == said


def test_an_unknown_estimate_says_why_in_plain_words():
    assert (
        estimate({"value": None, "reason": "no_outcomes"}).unknown
        == "not known: no customer reports outcomes"
    )


def test_the_message_of_a_refusal_is_preferred_to_its_code():
    warning = {"code": "not_identified", "message": "traits predict 99 % of the units"}

    shown = estimate({"value": None, "reason": "not_identified", "warnings": [warning]})

    assert shown.unknown == "not known: traits predict 99 % of the units"


@pytest.mark.parametrize(
    "nothing", [None, {}, {"value": None}, {"value": float("nan")}, {"value": "12"}, True]
)
def test_whatever_is_no_number_is_not_known(nothing):
    assert estimate(nothing).unknown.startswith("not known: ")
    assert money(nothing, "EUR") == share(nothing) == count(nothing) == chance(nothing) == "not known"


def test_an_interval_without_width_is_left_out():
    shown = estimate({"value": 0.0, "low": 0.0, "high": 0.0, "unit": "share"})

    assert (spaced(shown.value), shown.interval) == ("0 %", "")


@given(
    st.floats(-1e15, 1e15), st.floats(1e-9, 1e12), st.sampled_from(["EUR/x", "share", "log", "", "customers"])
)
def test_every_finite_estimate_can_be_written(value, width, unit):
    shown = estimate({"value": value, "low": value - width, "high": value + width, "unit": unit})

    assert shown.value
    assert "nan" not in str(shown)
    assert "inf" not in str(shown).replace("info", "")


@given(st.floats(1e-6, 1e9))
def test_a_rough_amount_is_within_a_tenth_of_the_amount(amount):
    written = float(money(amount, "EUR").split(GAP)[0].replace(",", ""))

    assert written == pytest.approx(amount, rel=0.1)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (money(46.01, "EUR"), "46 EUR"),
        (money(4.623, "EUR"), "4.62 EUR"),
        (money(0.0127, "EUR"), "0.013 EUR"),
        (money(738.4, "EUR"), "738 EUR"),
        (money_range(4.63, 6.945, "EUR"), "4.63–6.95 EUR"),
        (money_range(36.57, 58.06, "EUR", rough=True), "37–58 EUR"),
        (money_range(None, 6.9, "EUR"), "not known"),
        (number_range([0.8, 1.1]), "0.80–1.10"),
        (number_range([0.8, None]), "0.80–?"),
        (share(0.004), "under 1 %"),
        (share(0.9999), "over 99 %"),
        (share(0.0), "0 %"),
        (share(1.0), "100 %"),
        (chance(1.0), "over 99 in 100"),
        (chance(0.0), "under 1 in 100"),
        (chance(0.38), "38 in 100"),
        (odds(0.9), "9 in 10"),
        (odds(0.95), "19 in 20"),
        (odds(0.99), "99 in 100"),
        (count(12_300), "12,300"),
    ],
)
def test_numbers_read_as_people_write_them(written, said):
    assert spaced(written) == said
