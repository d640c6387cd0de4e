"""What a raise is worth, against sums that can be done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from models.errors import InvalidInput
from models.pricing.raises.prospects import Kinds, Prospects, Told, break_even

RAISES = np.array([0.0, 0.05, 0.1, 0.25])
NEVER, SURELY = -60.0, 60.0


def one(**more: Any) -> Prospects:
    """A customer who pays 100, whose price may change at once, and who can leave every month."""
    log_odds = more.pop("log_odds", NEVER)
    slope = more.pop("slope", 0.0)
    kinds = more.pop("kinds", Kinds.one(draws=1, n=1))
    given_ = {"bill": [100.0], "cost": [0.0], "wait": [0], "every": [1], "above": [1.0], "realised": [1.0]}
    arrays = {name: np.array(value) for name, value in (given_ | more).items()}
    level, pressure = np.full((1, 1), log_odds), np.full((1, 1), slope)
    return Prospects(level=level, pressure=pressure, kinds=kinds, **arrays)


def told(prospects: Prospects, *, months: int = 24, discount: float = 0.0) -> Told:
    return prospects.under(RAISES, months=months, yearly_discount=discount)


def test_without_churn_a_raise_brings_itself_every_month():
    found = told(one())

    assert found.gain[0, 0] == pytest.approx(24 * 100 * RAISES)
    assert not found.churn.any()


def test_later_money_is_worth_less_by_the_yearly_rate():
    found = told(one(), discount=0.12)

    monthly = 0.88 ** (np.arange(24) / 12)
    assert found.value[0, 0, 0] == pytest.approx(100 * monthly.sum())


def test_who_surely_leaves_at_once_brings_nothing():
    found = told(one(log_odds=SURELY))

    assert found.value[0, 0] == pytest.approx(0, abs=1e-20)
    assert found.gone[0, 0] == pytest.approx(1)
    assert found.churn[0, 0] == pytest.approx(0)


def test_a_chance_to_leave_every_month_is_a_geometric_sum():
    odds, slope = np.log(0.02 / 0.98), 3.0

    found = told(one(log_odds=odds, slope=slope))

    stays = 1 - special.expit(odds + slope * RAISES)
    months = stays[:, None] ** np.arange(1, 25)
    assert found.value[0, 0] == pytest.approx(100 * (1 + RAISES) * months.sum(axis=1))
    assert found.gone[0, 0] == pytest.approx(1 - stays**12)


def test_an_annual_term_has_one_decision_a_year():
    odds = np.log(0.2 / 0.8)

    found = told(one(log_odds=odds, every=[12]))

    assert found.gone[0, 0] == pytest.approx(0.2)
    assert found.value[0, 0, 0] == pytest.approx(100 * 12 * (0.8 + 0.64))


def test_a_price_that_waits_for_its_term_is_paid_and_answered_from_then_on():
    odds, slope = np.log(0.1 / 0.9), 2.0

    found = told(one(log_odds=odds, slope=slope, wait=[6], every=[12]), months=12)

    stays = 1 - special.expit(odds + slope * RAISES)
    assert found.value[0, 0] == pytest.approx(600 + 600 * (1 + RAISES) * stays)
    assert found.gone[0, 0] == pytest.approx(1 - stays)


def test_a_price_that_waits_beyond_the_horizon_changes_nothing():
    found = told(one(log_odds=-3.0, slope=3.0, wait=[24]))

    assert not found.gain.any()
    assert not found.churn.any()


def test_what_a_customer_costs_is_lost_with_it_too():
    free, dear = told(one(log_odds=-3.0)), told(one(log_odds=-3.0, cost=[40.0]))

    assert dear.value[0, 0, 0] == pytest.approx(0.6 * free.value[0, 0, 0])


def test_who_bargains_pays_less_of_a_raise_and_leaves_no_less():
    full, half = told(one(log_odds=-3.0, slope=3.0)), told(one(log_odds=-3.0, slope=3.0, realised=[0.5]))

    assert (half.gone == full.gone).all()
    assert (half.value[0, 0, 1:] < full.value[0, 0, 1:]).all()
    assert half.value[0, 0, 0] == full.value[0, 0, 0]


@given(
    odds=st.floats(-6, 2), slope=st.floats(0, 8), wait=st.integers(0, 30), every=st.sampled_from([1, 3, 12])
)
def test_a_higher_raise_never_keeps_more_customers(odds, slope, wait, every):
    gone = told(one(log_odds=odds, slope=slope, wait=[wait], every=[every])).gone[0, 0]

    assert (np.diff(gone) >= -1e-12).all()
    assert ((gone >= 0) & (gone <= 1)).all()


@given(odds=st.floats(-6, 2), slope=st.floats(0, 8), scale=st.sampled_from([0.01, 3.7, 1e6]))
def test_money_in_another_currency_scales_value_and_leaves_churn(odds, slope, scale):
    here = told(one(log_odds=odds, slope=slope, cost=[10.0]), discount=0.1)
    there = told(one(log_odds=odds, slope=slope, cost=[10.0 * scale], bill=[100.0 * scale]), discount=0.1)

    assert there.value == pytest.approx(here.value * scale)
    assert (there.gone == here.gone).all()


def test_churn_counts_a_year_even_where_fewer_months_bring_money():
    short, long = told(one(log_odds=-3.0), months=6), told(one(log_odds=-3.0), months=24)

    assert short.gone == pytest.approx(long.gone)
    assert short.value[0, 0, 0] < long.value[0, 0, 0]


@pytest.mark.parametrize("raise_", [0.05, 0.1, 0.25])
def test_leaving_as_often_as_break_even_brings_as_much_as_no_raise(raise_):
    leaves = break_even(np.array([raise_]))

    assert (1 - leaves) * (1 + raise_) == pytest.approx(1)


@pytest.mark.parametrize(
    "wrong",
    [{"bill": [0.0]}, {"bill": [1.0, 2.0]}, {"every": [0]}, {"realised": [1.0, 1.0]}],
)
def test_customers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InvalidInput):
        one(**wrong)


def test_customers_of_kinds_are_worth_what_each_kind_would_be_on_average():
    likely = np.array([[0.3, 0.7]])
    kinds = Kinds(shift=np.array([[-1.0, 0.5]]), factor=np.array([[0.5, 2.0]]), likely=likely)

    mixed = told(one(log_odds=-3.0, slope=3.0, kinds=kinds))

    each = [told(one(log_odds=-3.0 + shift, slope=3.0 * by)) for shift, by in ((-1.0, 0.5), (0.5, 2.0))]
    assert mixed.value == pytest.approx(0.3 * each[0].value + 0.7 * each[1].value)
    assert mixed.gone == pytest.approx(0.3 * each[0].gone + 0.7 * each[1].gone)


def test_who_was_raised_before_minds_the_same_raise_more():
    first, second = told(one(log_odds=-3.0, slope=3.0)), told(one(log_odds=-3.0, slope=3.0, above=[1.2]))

    chance = 1 - (1 - special.expit(-3.0 + 3.0 * (1.2 * 1.1 - 1))) ** 12
    assert second.gone[0, 0, 2] == pytest.approx(chance)
    assert (second.gone > first.gone).all()


def test_who_goes_down_pays_a_part_and_churn_stays_as_it_is():
    odds, slope = np.log(0.02 / 0.98), 3.0
    alone = told(one(log_odds=odds, slope=slope))

    found = told(one(log_odds=odds, slope=slope, per_leaver=[0.5], kept=[0.6]))

    stays = (1 - special.expit(odds + slope * RAISES))[:, None] ** np.arange(1, 25)
    down = 0.5 * (stays[0] - stays)
    lost = (down * 100 * (1 + RAISES - 0.6)[:, None]).sum(axis=1)
    assert found.value[0, 0] == pytest.approx(alone.value[0, 0] - lost)
    assert found.gone == pytest.approx(alone.gone)


def test_without_a_smaller_plan_nobody_goes_down():
    alone = told(one(log_odds=-4.0, slope=3.0))

    assert told(one(log_odds=-4.0, slope=3.0, per_leaver=[0.5], kept=[np.nan])).value == pytest.approx(
        alone.value
    )


def test_going_down_is_told_of_all_draws_and_customers_or_not_at_all():
    with pytest.raises(InvalidInput, match="per_leaver"):
        one(per_leaver=[0.5])
    with pytest.raises(InvalidInput, match="per_leaver"):
        one(per_leaver=[0.5], kept=[0.5, 0.5])


def test_who_is_lost_by_a_raise_that_begins_late_is_seen_where_it_is_watched_longer():
    late = one(log_odds=-3.0, slope=2.0, wait=[14])

    year, longer = (late.under(RAISES, months=24, yearly_discount=0.0, watched=months) for months in (12, 26))

    assert not year.churn.any()
    assert (np.diff(longer.churn[0, 0]) > 0).all()
    assert longer.gone == pytest.approx(year.gone)
    stays = 1 - special.expit(-3.0 + 2.0 * RAISES)
    assert longer.lost[0, 0] == pytest.approx(1 - stays[0] ** 14 * stays**12)


def month_by_month(many: Prospects, kind: int, *, months: int, discount: float) -> tuple[Any, Any]:
    """Value and the chance to be gone in a year of one kind, lived through month by month."""
    asked = many.above[:, None] * (1 + RAISES) - 1
    level = many.level + many.kinds.shift[:, [kind]]
    steep = many.pressure * many.kinds.factor[:, [kind]]
    chance = special.expit(level[:, :, None] + steep[:, :, None] * asked)
    stays, value, gone = np.ones(chance.shape), np.zeros(chance.shape), np.zeros(chance.shape)
    for month in range(max(months, 12)):
        changed = (month >= many.wait)[None, :, None]
        due = ((month - many.wait) % many.every == 0)[None, :, None]
        stays = stays * (1 - np.where(due, np.where(changed, chance, chance[:, :, :1]), 0.0))
        if month < months:
            raised = 1 + np.where(changed, many.realised[:, None, None] * RAISES, 0.0)
            paid = many.bill[:, None] * raised - many.cost[:, None]
            value += (1 - discount) ** (month / 12) * stays * paid
        if month == 11:
            gone = 1 - stays
    return value, gone


@pytest.mark.parametrize(("n", "draws", "months"), [(300, 30, 24), (9000, 2, 18), (1, 1, 6), (40, 3, 60)])
def test_customers_of_all_rhythms_are_worth_what_they_bring_month_by_month(n: int, draws: int, months: int):
    rng = np.random.default_rng(n)
    likely = rng.dirichlet(np.ones(3), n)
    many = Prospects(
        bill=rng.lognormal(5, 1, n), cost=10 * rng.random(n), wait=rng.integers(0, 70, n),
        every=rng.choice([1, 3, 12, 13, 36], n), level=rng.normal(-3, 1, (draws, n)),
        pressure=rng.lognormal(1, 0.5, (draws, n)), above=1 + 0.3 * rng.random(n), realised=rng.random(draws),
        kinds=Kinds(rng.normal(size=(draws, 3)), rng.lognormal(0, 0.4, (draws, 3)), likely),
    )  # fmt: skip

    found = told(many, months=months, discount=0.12)

    lives = [month_by_month(many, kind, months=months, discount=0.12) for kind in range(3)]
    for at, which in enumerate(("value", "gone")):
        expected = sum(many.kinds.likely[:, kind][None, :, None] * lives[kind][at] for kind in range(3))
        np.testing.assert_allclose(getattr(found, which), expected, rtol=1e-10, atol=1e-9)
