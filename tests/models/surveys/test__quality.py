"""Doubtful answers: what is flagged, and above all what is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.surveys._quality import doubtful, heaping


def ids(n: int) -> np.ndarray:
    return np.array([f"r{i:04d}" for i in range(n)])


def clean(seed: int, n: int, *, log_sd: float = 0.5, questions: int = 4) -> np.ndarray:
    """Van Westendorp answers of honest people, to the cent."""
    rng = np.random.default_rng(seed)
    most = 80 * np.exp(log_sd * rng.normal(size=(n, 1)))
    shares = np.linspace(0.35, 1.25, questions) * np.exp(0.12 * rng.normal(size=(n, questions)))
    return np.round(most * shares, 2)


def flagged(*args: np.ndarray, customers: np.ndarray | None = None) -> dict[str, tuple[str, ...]]:
    return {flag.code: flag.respondents for flag in doubtful(*args, customers=customers)}


def test_the_same_answer_to_every_question_is_a_straight_line():
    prices = clean(0, 20)
    prices[3] = 50.0
    prices[5] = [np.nan, 40.0, 40.0, np.nan]
    prices[6] = [np.nan, 40.0, np.nan, np.nan]  # one answer is no line

    assert flagged(ids(20), prices) == {"straight_lining": ("r0003", "r0005")}


@pytest.mark.parametrize("factor", [12.0, 1 / 12, 1000.0, 1 / 1000, 11.0, 13.0])
def test_a_yearly_price_or_thousands_among_monthly_ones_are_a_unit_slip(factor):
    prices = clean(1, 60, log_sd=0.25)
    prices[7] *= factor

    assert flagged(ids(60), prices) == {"unit_slip": ("r0007",)}


@pytest.mark.parametrize("factor", [3.0, 50.0, 200.0])
def test_an_unusual_price_that_no_unit_explains_is_no_slip(factor):
    prices = clean(1, 60, log_sd=0.2)
    prices[7] *= factor

    assert flagged(ids(60), prices) == {}


def test_a_slip_in_one_answer_of_four_is_not_one_of_the_unit():
    prices = clean(1, 60, log_sd=0.2)
    prices[7, 3] *= 12

    assert flagged(ids(60), prices) == {}


def test_clean_answers_raise_no_alarm():
    alarms = sum(
        len(flagged(ids(n), clean(seed, n, log_sd=log_sd)).get("unit_slip", ()))
        for seed in range(40)
        for n in (20, 200)
        for log_sd in (0.3, 0.7, 1.1)
    )

    assert alarms <= 12  # of 26,400 respondents


def test_rare_answers_of_a_colleague_over_again_are_a_duplicate_and_the_first_one_stays():
    prices = clean(2, 30)
    prices[[9, 4]] = prices[17]
    customers = np.array([f"c{i}" for i in range(30)], dtype=object)
    customers[[4, 9]] = customers[17]

    assert flagged(ids(30), prices, customers=customers) == {"duplicate": ("r0009", "r0017")}


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_colleagues_who_say_what_many_say_have_copied_nothing(share):
    prices = clean(2, 30, questions=1)
    prices[: round(share * 30)] = 100.0
    customers = np.array([f"c{i // 2}" for i in range(30)], dtype=object)

    assert flagged(ids(30), prices, customers=customers) == {}


def test_equal_answers_of_people_without_a_customer_are_no_duplicates():
    prices = clean(2, 30)
    prices[4] = prices[17]

    assert flagged(ids(30), prices, customers=np.full(30, None)) == {}
    assert flagged(ids(30), prices) == {}


@given(st.integers(0, 1000), st.sampled_from([0.01, 7.3, 1000.0]))
def test_neither_currency_nor_the_order_of_respondents_changes_who_is_flagged(seed, currency):
    prices = clean(seed, 25, log_sd=0.3)
    prices[3], prices[4], prices[5] = 40.0, prices[4] * 12, prices[6]
    customers = np.array([f"c{i // 2}" for i in range(25)], dtype=object)
    order = np.random.default_rng(seed).permutation(25)
    customers[5] = customers[6]

    once = flagged(ids(25), prices, customers=customers)

    assert once == flagged(ids(25)[order], (prices * currency)[order], customers=customers[order])
    assert once["straight_lining"] == ("r0003",)


def test_nobody_and_nothing_raise_no_flag():
    assert doubtful(ids(0), np.empty((0, 4))) == ()
    assert doubtful(ids(15), np.full((15, 4), np.nan), customers=np.full(15, "c")) == ()
    assert doubtful(ids(15), np.zeros((15, 1))) == ()


@pytest.mark.parametrize("prices", [np.ones(3), np.ones((2, 4)), -np.ones((3, 1)), np.full((3, 1), np.inf)])
def test_prices_that_are_none_are_refused(prices):
    with pytest.raises(InvalidInput, match="prices"):
        doubtful(ids(3), prices)


def test_heaping_is_the_share_that_was_rounded():
    rng = np.random.default_rng(0)
    exact = np.round(np.exp(rng.normal(4.5, 0.5, 4000)), 2)
    heaped = np.where(rng.random(4000) < 0.4, np.round(exact / 50).clip(1) * 50, exact)

    assert heaping(exact) <= 0.02
    assert heaping(heaped) == pytest.approx(0.4, abs=0.05)


def test_whole_prices_below_ten_tell_nothing_about_rounding():
    assert heaping(np.array([3.0, 4.0, 7.0, 9.0])) < 0.1


@pytest.mark.parametrize("prices", [np.empty(0), np.array([np.nan, 0.0])])
def test_without_prices_nothing_is_heaped(prices):
    assert heaping(prices) == 0.0


@given(st.integers(0, 1000), st.integers(-3, 4))
def test_a_shift_of_the_decimal_point_changes_no_heaping(seed, places):
    prices = np.round(np.exp(np.random.default_rng(seed).normal(3, 1, 40)), 1) + 0.1

    assert heaping(prices * 10.0**places) == pytest.approx(heaping(prices), rel=1e-9)
