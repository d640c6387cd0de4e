"""The knapsack of raises: the best plan where every plan can be tried, and a proof of it where they cannot."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from models.errors import InvalidInput
from models.pricing.raises import choices as searching
from models.pricing.raises.choices import Choices, Chosen, choose

SEEDS = st.integers(0, 2**32 - 1)
LEVELS = 8


def drawn(seed: int, *, groups: int, levels: int = 3, budgets: int = 2) -> Choices:
    """Gains of either sign, a tenth of levels not allowed, budgets between nothing and everything."""
    rng = np.random.default_rng(seed)
    gain = rng.normal(0.5, 1, (groups, levels))
    gain[rng.random(gain.shape) < 0.1] = -np.inf
    load = rng.random((budgets, groups, levels))
    gain[:, 0], load[:, :, 0] = 0, 0
    return Choices(gain, load, rng.random(budgets) * load.max(axis=2).sum(axis=1))


def book(groups: int, *, seed: int = 1) -> Choices:
    """A book of customers as raises see it: money and churn of eight levels, two budgets of a hundredth."""
    rng = np.random.default_rng(seed)
    share, mrr = np.linspace(0, 0.3, LEVELS), rng.lognormal(7, 1.2, groups)
    slope, before = rng.lognormal(0.9, 0.5, groups), 0.05 + 0.1 * rng.random(groups)
    left = special.expit(special.logit(before)[:, None] + slope[:, None] * np.log1p(share))
    gain = mrr[:, None] * 24 * ((1 + share) * (1 - left) - (1 - before)[:, None])
    churn = left - before[:, None]
    gain[:, 0], churn[:, 0] = 0, 0
    load = np.stack([churn / groups, churn * (mrr / mrr.sum())[:, None]])
    return Choices(gain, load, np.full(2, 0.01))


def best_of_all(choices: Choices) -> float:
    """The most that any plan gains, by trying all of them."""
    groups, levels = choices.gain.shape
    plans = (np.array(plan) for plan in itertools.product(range(levels), repeat=groups))
    return max(choices.gains(plan) for plan in plans if choices.fits(plan))


@given(seed=SEEDS, groups=st.integers(1, 5), budgets=st.integers(0, 3))
@settings(max_examples=60)
def test_no_plan_of_all_there_are_gains_more(seed, groups, budgets):
    choices = drawn(seed, groups=groups, budgets=budgets)

    found = choose(choices)

    assert found.gain == pytest.approx(best_of_all(choices), abs=1e-7)
    assert found.gain == pytest.approx(choices.gains(found.level))


@given(seed=SEEDS, groups=st.integers(3, 6))
@settings(max_examples=60)
def test_levels_that_are_struck_out_are_in_no_best_plan(seed, groups):
    choices = drawn(seed, groups=groups)

    with pytest.MonkeyPatch.context() as without_core:
        without_core.setattr(searching, "_CORE", 0)
        found = choose(choices)

    assert found.gain == pytest.approx(best_of_all(choices), abs=1e-7)


@given(seed=SEEDS, groups=st.integers(1, 40), exact=st.booleans())
@settings(max_examples=60)
def test_a_plan_fits_is_allowed_and_is_below_its_bound(seed, groups, exact):
    choices = drawn(seed, groups=groups)

    found = choose(choices, exact_groups=1000 if exact else 0)

    assert choices.fits(found.level)
    assert choices.allowed[np.arange(groups), found.level].all()
    assert 0 <= found.gain <= found.bound * (1 + 1e-9) + 1e-12
    assert 0 <= found.gap <= 1


@given(seed=SEEDS, groups=st.integers(1, 5))
@settings(max_examples=40)
def test_the_bound_without_a_search_is_above_the_best_of_all_plans(seed, groups):
    choices = drawn(seed, groups=groups)

    assert choose(choices, exact_groups=0).bound >= best_of_all(choices) - 1e-9


@pytest.mark.parametrize("scale", [1e-7, 1e-3, 1e3, 1e7])
@pytest.mark.parametrize("exact_groups", [0, 1000])
def test_money_in_another_currency_leaves_the_plan_as_it_is(scale, exact_groups):
    choices = book(60)

    one = choose(choices, exact_groups=exact_groups)
    other = choose(Choices(choices.gain * scale, choices.load, choices.budget), exact_groups=exact_groups)

    assert other.gain == pytest.approx(one.gain * scale, rel=1e-9)
    assert (other.level == one.level).all()
    assert other.method == one.method


def test_churn_in_another_unit_leaves_the_plan_as_it_is():
    choices = book(60)

    other = choose(Choices(choices.gain, choices.load * 1e6, choices.budget * 1e6))

    assert (other.level == choose(choices).level).all()


@given(seed=SEEDS)
@settings(max_examples=20)
def test_the_order_of_groups_is_of_no_account(seed):
    choices, order = book(40, seed=seed % 1000), np.random.default_rng(seed).permutation(40)

    one = choose(choices)
    other = choose(Choices(choices.gain[order], choices.load[:, order], choices.budget))

    assert (other.level == one.level[order]).all()


def test_a_book_of_five_hundred_customers_is_solved_exactly():
    choices = book(500)
    rough = choose(choices, exact_groups=0)

    found = choose(choices)

    assert (found.method, found.gap) == ("exact", 0.0)
    assert rough.gain <= found.gain <= rough.bound


@pytest.mark.parametrize("seed", range(6))
def test_a_small_book_is_nearly_solved_even_where_the_search_is_broken_off(seed, monkeypatch):
    monkeypatch.setattr(searching, "_NODES", 500)

    found = choose(book(400, seed=seed))

    assert found.gap <= 1e-4


def test_a_book_of_twenty_thousand_is_within_a_thousandth_of_its_bound():
    found = choose(book(20_000))

    assert found.method == "lagrangian"
    assert found.gap <= 0.001


def test_the_solver_writes_nothing_to_those_who_read(capfd):
    assert choose(book(300)).method == "exact"

    written = capfd.readouterr()
    assert (written.out, written.err) == ("", "")


def test_without_a_binding_budget_everybody_takes_its_best_level():
    choices = book(50)

    found = choose(Choices(choices.gain, choices.load, np.full(2, 1.0)))

    assert (found.level == choices.gain.argmax(axis=1)).all()
    assert (found.prices == 0).all()


def test_with_nothing_to_spend_nobody_is_raised():
    choices = book(50)

    found = choose(Choices(choices.gain, choices.load, np.zeros(2)))

    assert not found.level.any()
    assert found.gain == 0


def test_a_larger_budget_never_gains_less():
    choices = book(80)

    gains = [choose(Choices(choices.gain, choices.load, np.full(2, b))).gain for b in (0.002, 0.005, 0.02)]

    assert gains == sorted(gains)
    assert gains[0] < gains[-1]


def test_a_plan_that_gains_nothing_has_no_gap():
    assert Chosen(np.zeros(1, dtype=np.intp), 0.0, 0.0, np.zeros(1), "exact").gap == 0


@pytest.mark.parametrize(
    ("gain", "load", "budget"),
    [
        ([[0.0, 1.0]], [[[0.0]]], [1.0]),
        ([[-np.inf, 1.0]], [[[0.0, 1.0]]], [1.0]),
        ([[0.0, np.nan]], [[[0.0, 1.0]]], [1.0]),
        ([[0.0, 1.0]], [[[0.5, 1.0]]], [1.0]),
        ([[0.0, 1.0]], [[[0.0, -1.0]]], [1.0]),
        ([[0.0, 1.0]], [[[0.0, 1.0]]], [-1.0]),
    ],
)
def test_choices_that_make_no_sense_are_refused(gain, load, budget):
    with pytest.raises(InvalidInput):
        Choices(np.array(gain), np.array(load), np.array(budget))
