"""The hazard of leaving: truth recovered and covered, units and copies without effect, and separation kept finite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.retention.customer_months import CustomerMonths
from models.retention.hazard import Hazard
from tests.models.retention.books import SIZE, SUCCESS, book, changed


def test_the_true_effects_are_recovered_within_their_errors():
    effects = Hazard().fit(book(11, 4_000)).effects()

    assert effects["success"].value == pytest.approx(SUCCESS, abs=0.2)
    assert effects["size"].value == pytest.approx(SIZE, abs=0.06)
    assert effects["success"].low < SUCCESS < effects["success"].high
    assert effects["size"].n == 4_000


def test_intervals_cover_the_true_effects_and_chances_at_their_level():
    held = {"success": [], "size": [], "chance": []}
    truth = 1 / (1 + np.exp(2.3 - 0.5 * SUCCESS - SIZE))
    for seed in range(200):
        fit = Hazard().fit(book(seed, 300))
        effects, chance = fit.effects(), fit.chance(8, [0.5, 1.0])
        for name, true in (("success", SUCCESS), ("size", SIZE)):
            held[name].append(effects[name].low <= true <= effects[name].high)
        held["chance"].append(chance.low <= truth <= chance.high)

    for name, hits in held.items():
        assert 0.84 <= np.mean(hits) <= 0.95, name


def test_months_of_a_customer_that_go_together_widen_the_interval():
    """Each customer's months stand ten times in the book: as customers they are still as many."""
    months = book(2, 300)
    ten = {
        name: np.repeat(getattr(months, name), 10, axis=0)
        for name in ("ended", "age", "covariates", "customer")
    }

    once, copied = (
        Hazard().fit(months).effects()["size"],
        Hazard().fit(changed(months, **ten)).effects()["size"],
    )

    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=0.02)


def test_time_ratios_of_accelerated_lifetimes_are_its_log_odds_in_other_words():
    """Weibull lives by weeks, e^β times as long a unit of x: a hazard e^(-ρβ) times as high."""
    shape, ratio, n = 1.4, 0.3, 8_000
    rng = np.random.default_rng(12)
    x = rng.standard_normal(n)
    lasts = 90 * np.exp(ratio * x) * rng.weibull(shape, n)
    weeks = np.minimum(np.ceil(lasts), 52).astype(int)
    ended = np.zeros(weeks.sum(), dtype=int)
    ended[np.cumsum(weeks) - 1] = lasts <= 52
    who, age = np.repeat(np.arange(n), weeks), np.concatenate([np.arange(each) for each in weeks])
    bands = tuple(range(0, 52, 4))

    months = CustomerMonths(ended=ended, age=age, covariates=x[who, None], customer=who)
    effect = Hazard(bands=bands).fit(months).effects(level=0.95)["x1"]

    assert effect.low < -shape * ratio < effect.high
    assert effect.value == pytest.approx(-shape * ratio, abs=0.03)


def test_age_has_levels_of_its_own():
    fit = Hazard().fit(book(5, 4_000))

    early, late = fit.chances([4, 8], [[0.5, 0.0], [0.5, 0.0]])

    assert early == pytest.approx(1 / (1 + np.exp(2.0 - 0.5 * SUCCESS)), rel=0.1)
    assert late == pytest.approx(1 / (1 + np.exp(2.3 - 0.5 * SUCCESS)), rel=0.1)
    np.testing.assert_allclose(fit.staying(4, [[0.5, 0.0]] * 3)[:2], [1 - early, (1 - early) ** 2])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 200), st.floats(0.001, 1e5), st.floats(-100, 100))
def test_units_and_zero_points_of_covariates_change_nothing(seed, factor, shift):
    months = book(seed, 100)
    other = changed(months, covariates=months.covariates * factor + shift)

    one, two = Hazard().fit(months), Hazard().fit(other)

    effect, rescaled = one.effects()["size"], two.effects()["size"].scaled(factor)
    assert (effect.value, effect.low, effect.high) == pytest.approx(
        (rescaled.value, rescaled.low, rescaled.high), rel=1e-3, abs=1e-5
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 200))
def test_the_order_of_rows_and_the_codes_of_customers_change_nothing(seed):
    months = book(seed, 100)
    order = np.random.default_rng(seed).permutation(len(months))
    columns = {name: getattr(months, name)[order] for name in ("ended", "age", "covariates", "customer")}
    columns["customer"] = 3 * columns["customer"] + 7

    one, two = (
        Hazard().fit(months).effects()["success"],
        Hazard().fit(changed(months, **columns)).effects()["success"],
    )

    assert (one.value, one.low, one.high) == pytest.approx((two.value, two.low, two.high))


def test_twice_the_customers_say_the_same_more_surely():
    months = book(4, 300)
    twice = {name: np.tile(getattr(months, name), (2, 1) if name == "covariates" else 2) for name in (
        "ended", "age", "covariates", "customer")}  # fmt: skip
    twice["customer"] = np.concatenate([months.customer, months.customer + 300])

    one, two = (
        Hazard().fit(months).effects()["size"],
        Hazard().fit(changed(months, **twice)).effects()["size"],
    )

    assert one.value == pytest.approx(two.value, abs=2e-3)
    assert (one.high - one.low) / (two.high - two.low) == pytest.approx(np.sqrt(2), rel=0.02)


def test_a_covariate_that_separates_has_a_finite_effect_and_says_that_it_is_assumed():
    months = book(6, 200)
    parted = changed(months, covariates=np.column_stack([months.ended * 1.0, months.covariates[:, 1]]))

    effect = Hazard().fit(parted).effects()["success"]

    assert effect.low > 5
    assert np.isfinite(effect.high)
    assert [caveat.code for caveat in effect.warnings] == ["prior_decides"]


def test_where_nobody_left_the_chance_is_small_and_not_0():
    months = book(7, 100)
    nobody = changed(months, ended=np.zeros(len(months), dtype=int))

    fit = Hazard().fit(nobody)
    chance = fit.chance(3, [0.5, 0.0])

    assert 0 < chance.low < chance.value < chance.high < 0.3


def test_a_covariate_that_never_varied_has_no_effect_to_tell():
    months = book(8, 100)
    constant = changed(
        months, covariates=np.column_stack([months.covariates[:, 0], np.full(len(months), 3.0)])
    )

    effects = Hazard().fit(constant).effects()

    assert effects["size"].reason == "no_variation"
    assert effects["success"].known


def test_without_covariates_it_is_the_life_table_by_bands():
    months = book(9, 2_000)
    plain = CustomerMonths(
        ended=months.ended, age=months.age, covariates=np.zeros((len(months), 0)), customer=months.customer
    )

    early = Hazard(bands=(0, 6)).fit(plain).chance(2, [])

    assert early.value == pytest.approx(months.ended[months.age < 6].mean(), rel=5e-3)


def test_what_cannot_be_fitted_is_refused():
    months = book(10, 60)
    few = months.customer < 8
    columns = {name: getattr(months, name)[few] for name in ("ended", "age", "covariates", "customer")}

    with pytest.raises(NotEstimable, match="needs 10 customers"):
        Hazard().fit(changed(months, **columns))
    with pytest.raises(NotEstimable, match="36 customer-months"):
        Hazard().fit(changed(months, **{name: each[:20] for name, each in columns.items()}))
    with pytest.raises(InvalidInput, match="CompetingHazards"):
        Hazard().fit(changed(months, ended=months.ended * 2))
    with pytest.raises(InvalidInput, match="prior_sd"):
        Hazard(prior_sd=0.0).fit(months)
    with pytest.raises(InvalidInput, match="shape"):
        Hazard().fit(months).chances([1], [[0.5]])
