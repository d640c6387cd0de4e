"""Following the lowest counter-offer is worth no less than holding firm, and it rises as churn answers less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from models.errors import InvalidInput
from models.pricing.raises.counters import LowestCounter, lowest_counter
from models.pricing.raises.prospects import Kinds, Lived, Prospects

MONTHS, BILL, COST, BASE, ASKED = 24, 100.0, 20.0, -3.9, 0.2


def prospects(slope: float, *, wait: int = 2, every: int = 1, n: int = 1, draws: int = 1) -> Prospects:
    """Customers who leave with odds of one in fifty a month, and more for a raise."""
    return Prospects(
        bill=np.full(n, BILL), cost=np.full(n, COST), wait=np.full(n, wait), every=np.full(n, every), above=np.ones(n),
        level=np.full((draws, n), BASE), pressure=np.full((draws, n), slope), realised=np.ones(draws),
        kinds=Kinds.one(draws=draws, n=n),
    )  # fmt: skip


def lived(slope: float, *, asked: float = ASKED, **more: Any) -> Lived:
    there = prospects(slope, **more)
    return there.lived(np.full(there.bill.size, asked), months=MONTHS, yearly_discount=0.0)


def lowest(told: Lived, *, countered: float, asked: float = ASKED, cost: float = COST) -> LowestCounter:
    n = told.there.shape[1]
    return lowest_counter(
        asked, told, bill=np.full(n, BILL), cost=np.full(n, cost),
        countered=np.full(len(told.there), countered),
    )  # fmt: skip


def lives(
    slope: float, *, wait: int, every: int, n: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Months lived from a raise on without it and with it, and who reaches it, customer by customer, all by lot."""
    rng = np.random.default_rng(seed)
    stays, held = special.expit(-BASE), special.expit(-(BASE + slope * ASKED))
    here, there = np.ones(n, dtype=np.bool_), np.ones(n, dtype=np.bool_)
    without, within, reached = np.zeros(n), np.zeros(n), np.ones(n, dtype=np.bool_)
    for month in range(MONTHS):
        if month == wait:
            reached = here.copy()
        if (month - wait) % every == 0:
            here = here & (rng.random(n) < stays)
            there = there & here if month < wait else there & here & (rng.random(n) < held / stays)
        if month >= wait:
            without, within = without + here, within + there
    return without, within, reached


@pytest.mark.parametrize(("wait", "every"), [(0, 1), (2, 1), (5, 12)])
@pytest.mark.parametrize("countered", [0.03, 0.1, 0.3, 0.9])
def test_following_it_is_worth_no_less_than_holding_firm_and_lower_offers_are_worth_less(
    wait, every, countered
):
    """Those driven away offer less first, then others by lot; what each is worth is added up life by life."""
    slope, n = 4.0, 400_000
    without, within, reached = lives(slope, wait=wait, every=every, n=n, seed=1)
    driven = within < without
    order = np.argsort(np.random.default_rng(2).random(n) - 2.0 * driven + 4.0 * ~reached, kind="stable")
    offers = order[: round(countered * reached.sum())]

    least = lowest(lived(slope, wait=wait, every=every), countered=countered).value

    firm = (BILL * (1 + ASKED) - COST) * within[offers]
    for offer, at_least, at_most in (
        (least, -0.01, 0.02 if least else np.inf),
        ((least + ASKED) / 2, 0.0, np.inf),
    ):
        gains = (BILL * (1 + offer) - COST) * without[offers] - firm
        error = 3 * gains.std() / np.sqrt(offers.size) / firm.mean()
        assert at_least - error <= gains.mean() / firm.mean() <= at_most + error
    if least > 0.03:
        below = (BILL * (1 + least - 0.03) - COST) * without[offers] - firm
        assert below.mean() < 0


@pytest.mark.parametrize(("wait", "every"), [(0, 1), (5, 1), (5, 12), (18, 12)])
def test_who_is_driven_away_and_how_long_it_would_have_lived_are_as_in_lives_by_lot(wait, every):
    without, within, reached = lives(4.0, wait=wait, every=every, n=400_000, seed=3)
    driven = within < without

    told = lived(4.0, wait=wait, every=every)

    for found, expected in (
        (told.there, reached), (told.driven, driven), (told.without, without), (told.within, within),
        (told.of_driven, without * driven),
    ):  # fmt: skip
        assert found[0, 0] == pytest.approx(expected.mean(), abs=4 * expected.std() / np.sqrt(driven.size))


@given(slope=st.floats(0.1, 8), countered=st.floats(0.02, 0.95), every=st.sampled_from([1, 12]))
@settings(max_examples=50)
def test_accepting_it_is_worth_what_insisting_is_and_it_lies_within_the_raise(slope, countered, every):
    told = lived(slope, every=every)

    least = lowest(told, countered=countered)

    assert 0 <= least.value <= ASKED
    assert least.draws == pytest.approx(np.array([least.value]))
    assert lowest(lived(slope / 2, every=every), countered=countered).value >= least.value
    assert lowest(told, countered=min(2 * countered, 0.99)).value >= least.value - 1e-12


def test_where_nobody_answers_to_price_any_lower_offer_is_refused():
    assert lowest(lived(0.0), countered=0.2).value == pytest.approx(ASKED)


def test_where_all_offer_less_an_offer_tells_no_more_than_the_raise_did():
    told = lived(3.0)

    least = lowest(told, countered=1.0 - 1e-12).value

    lost = (BILL * (1 + ASKED) - COST) * (told.without - told.within).sum()
    assert least == pytest.approx(ASKED - lost / (BILL * told.without.sum()))


def test_a_customer_whose_raise_is_lower_would_accept_less_than_its_group():
    small = lowest(lived(3.0, asked=0.1), countered=0.2, asked=0.1).value

    assert small < lowest(lived(3.0, asked=0.2), countered=0.2, asked=0.2).value or small == 0


def test_worlds_in_which_many_offer_less_count_by_so_much():
    """In one draw nobody minds and all counter, in the other few do and mind: offers come from the first one."""
    calm, touchy = lived(0.0), lived(5.0)
    both = Lived(*(np.concatenate([getattr(each, name) for each in (calm, touchy)]) for name in vars(calm)))

    found = lowest_counter(
        ASKED, both, bill=np.array([BILL]), cost=np.array([COST]), countered=np.array([0.99, 0.01])
    )

    assert found.draws == pytest.approx(np.array([ASKED, 0.0]))
    assert found.value > 0.9 * ASKED


def test_what_serving_costs_makes_a_customer_less_worth_keeping():
    told = lived(2.0)

    assert lowest(told, countered=0.3, cost=60.0).value > lowest(told, countered=0.3, cost=0.0).value


def test_nothing_asked_and_nobody_there_are_refused():
    with pytest.raises(InvalidInput, match="above 0"):
        lowest(lived(1.0), countered=0.2, asked=0.0)
    with pytest.raises(InvalidInput, match="above 0"):
        lowest(lived(1.0), countered=0.0)
    nobody = replace(lived(1.0), without=np.zeros((1, 1)))
    with pytest.raises(InvalidInput, match="above 0"):
        lowest(nobody, countered=0.2)
