"""What one unit is worth: typical, by units, for ideal customers, and if the silent got less."""

from __future__ import annotations

import numpy as np
import pytest

from models.attribution import Judgement
from models.unit_worth.outcomes import FEWEST_CUSTOMERS, Worth, WorthEvidence
from models.unit_worth.reporting import Reporting
from tests.models.evidence import from_periods

NET = Judgement(attribution=1.0)


def months(seed: int, n: int, *, worth: np.ndarray | float = 10.0, noise: float = 0.0, periods: int = 6):
    """Return value and units of n customers, whose units are worth as much as told, give or take noise."""
    rng = np.random.default_rng(seed)
    units = np.exp(rng.normal(2, 0.7, n)) * np.ones((periods, 1))
    return units * worth * np.exp(rng.normal(-(noise**2) / 2, noise, (periods, n))), units


def worth_of(
    value: np.ndarray,
    units: np.ndarray,
    *,
    split: tuple[float, ...] = (1.0,),
    judgements: tuple[Judgement, ...] = (NET,),
    reporting: Reporting | None = None,
    draws: int = 300,
) -> Worth:
    """Draw worth from months whose stated money is split over KPIs."""
    metric = from_periods(value, units)
    everybody = Reporting.fit(np.zeros((metric.n, 0)), np.ones(metric.n))
    stated = np.outer(split, metric.value)
    evidence = WorthEvidence(metric, stated, judgements, reporting or everybody)
    return Worth.draw(evidence, unit="EUR/posting", seed=1, draws=draws)


def lognormal(seed: int, n: int, *, median: float = 10.0, scale: float = 0.4) -> np.ndarray:
    return median * np.exp(np.random.default_rng(seed).normal(0, scale, n))


def test_the_typical_worth_is_the_median_of_value_per_unit():
    worth = lognormal(0, 101)

    assert worth_of(*months(1, 101, worth=worth)).typical().value == pytest.approx(np.median(worth))


def test_the_interval_of_the_typical_worth_covers_the_truth_in_nine_of_ten_businesses():
    covered = 0
    for seed in range(200):
        estimate = worth_of(
            *months(seed, 60, worth=lognormal(seed + 1000, 60), noise=0.3), draws=200
        ).typical()
        covered += estimate.low <= 10 <= estimate.high

    assert 0.85 <= covered / 200 <= 0.96  # two standard errors of 0.021 around 0.9, medians move in steps


def test_noisy_months_do_not_bias_the_typical_worth():
    # Six months with noise 0.8: the log of a mean lies 0.07 below the log of what it estimates.
    value, units = months(0, 4000, worth=lognormal(1, 4000), noise=0.8)
    metric = from_periods(value, units)

    assert np.exp(np.median(metric.log_worth)) < 9.6
    assert worth_of(value, units, draws=20).typical().value == pytest.approx(10, rel=0.03)


def test_below_three_months_nothing_is_corrected():
    value, units = months(0, 50, worth=lognormal(0, 50), periods=2)

    assert (worth_of(value, units).evidence.log_bias == 0).all()


def test_worth_by_units_is_all_value_over_all_units():
    value, units = months(0, 50, worth=lognormal(0, 50))

    assert worth_of(value, units).by_units().value == pytest.approx(value.sum() / units.sum())


def test_quantiles_rise_and_hold_their_shares():
    worth = lognormal(0, 400)
    drawn = worth_of(*months(1, 400, worth=worth))

    quantiles = [drawn.quantile(at).value for at in (0.1, 0.5, 0.9)]

    np.testing.assert_allclose(quantiles, np.quantile(worth, [0.1, 0.5, 0.9]), rtol=0.03)


def test_a_segments_worth_is_that_of_its_customers():
    worth = np.where(np.arange(100) < 40, 5.0, 20.0)
    drawn = worth_of(*months(0, 100, worth=worth))

    assert drawn.typical((np.arange(100) < 40).astype(float)).value == pytest.approx(5.0)
    assert drawn.typical((np.arange(100) >= 40).astype(float)).value == pytest.approx(20.0)


def test_a_doubtful_attribution_widens_the_interval_however_many_customers_there_are():
    value, units = months(0, 3000, worth=lognormal(0, 3000))
    doubtful = Judgement(attribution=0.5, attribution_sd=0.1)

    sure, unsure = (
        worth_of(value, units, judgements=(each,), draws=400).typical()
        for each in (Judgement(attribution=0.5), doubtful)
    )

    assert sure.value == pytest.approx(unsure.value)
    assert sure.high / sure.low < 1.05
    assert np.log(unsure.high / unsure.low) == pytest.approx(2 * 1.645 * 0.1 / 0.5, rel=0.15)


def test_splitting_value_over_two_kpis_changes_nothing():
    value, units = months(0, 80, worth=lognormal(0, 80), noise=0.3)
    half = Judgement(attribution=0.5)

    one = worth_of(value, units, judgements=(half,))
    two = worth_of(value, units, split=(0.3, 0.7), judgements=(half, half))

    for mine, other in ((one.typical(), two.typical()), (one.by_units(), two.by_units())):
        np.testing.assert_allclose(
            [mine.value, mine.low, mine.high], [other.value, other.low, other.high], rtol=1e-9
        )


def test_doubts_about_two_kpis_partly_cancel():
    value, units = months(0, 500, worth=lognormal(0, 500))
    doubt = Judgement(relative_sd=0.3, attribution=1.0)

    one = worth_of(value, units, judgements=(doubt,)).typical()
    two = worth_of(value, units, split=(0.5, 0.5), judgements=(doubt, doubt)).typical()

    assert np.log(two.high / two.low) < 0.85 * np.log(one.high / one.low)


def test_gross_value_says_that_it_is_an_upper_limit():
    gross = worth_of(*months(0, 30), judgements=(Judgement(),)).typical()

    assert [caveat.code for caveat in gross.warnings] == ["gross_value"]


def selective(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, Reporting]:
    """Return months of those who report: the larger, to whom a unit is worth more."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    reported = rng.random(n) < 1 / (1 + np.exp(-1.2 * size))
    value, units = months(seed, n, worth=10 * np.exp(0.5 * size + rng.normal(0, 0.2, n)))
    return value[:, reported], units[:, reported], Reporting.fit(size[:, None], reported.astype(float))


def test_reporters_are_weighted_to_stand_for_the_whole_book():
    value, units, reporting = selective(0, 4000)

    naive, weighted = worth_of(value, units, draws=20), worth_of(value, units, reporting=reporting, draws=20)

    assert naive.typical().value > 11.5
    assert weighted.typical().value == pytest.approx(10, rel=0.06)


def test_the_less_the_silent_got_the_less_the_typical_worth():
    value, units, reporting = selective(1, 300)
    drawn = worth_of(value, units, reporting=reporting)

    estimates = [drawn.with_silent_at(fraction) for fraction in (1.0, 0.75, 0.5, 0.25)]

    values = [estimate.value for estimate in estimates]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(drawn.typical().value, rel=0.05)  # two ways to weigh the same book
    assert values[3] < 0.75 * values[0]
    assert values[3] == drawn.typical_with_silent_at(0.25)


def test_where_nobody_is_silent_nothing_hangs_on_them():
    drawn = worth_of(*months(0, 50, worth=lognormal(0, 50)))

    assert drawn.with_silent_at(0.25).value == pytest.approx(drawn.typical().value)


def test_ideal_customers_are_chosen_on_other_months_than_they_are_measured_on():
    # Units are worth 10 to everybody; the top fifth of the same months would look like 17.
    value, units = months(0, 400, noise=1.0, periods=4)
    lucky = value.sum(0) >= np.quantile(value.sum(0) / units.sum(0), 0.8) * units.sum(0)

    ideal = worth_of(value, units).ideal()

    assert (value.sum(0) / units.sum(0))[lucky].mean() > 15
    assert ideal.value < 10
    assert ideal.n == 80


def test_ideal_customers_who_are_truly_better_are_found_better():
    worth = np.where(np.arange(400) % 4 == 0, 60.0, 10.0)
    value, units = months(0, 400, worth=worth, noise=0.1)

    # The top fifth by value is mostly made of those whose units are worth six times as much.
    assert worth_of(value, units).ideal().value > 40


@pytest.mark.parametrize(
    "ask",
    [lambda drawn: drawn.typical(), lambda drawn: drawn.by_units(), lambda drawn: drawn.with_silent_at(0.5)],
    ids=["typical", "by units", "silent"],
)
def test_too_few_customers_are_answered_by_a_reason(ask):
    few = worth_of(*months(0, FEWEST_CUSTOMERS - 1))

    assert ask(few).reason == "insufficient_customers"
    assert ask(few).n == FEWEST_CUSTOMERS - 1


@pytest.mark.parametrize("periods", [3, 4])
def test_ideal_customers_need_months_to_choose_by_and_enough_of_them(periods):
    assert worth_of(*months(0, 39, periods=periods)).ideal().reason == "insufficient_customers"


def test_customers_who_gained_nothing_give_reasons_not_zeros():
    value, units = months(0, 60)
    nothing = worth_of(0 * value, units)

    assert nothing.typical().reason == "no_value_for_typical_customer"
    assert nothing.with_silent_at(0.5).reason == "no_value_for_typical_customer"
    assert nothing.ideal().reason == "no_value_for_typical_customer"
    assert nothing.by_units().reason == "no_value"


def test_where_most_gained_nothing_the_typical_customer_gained_nothing():
    value, units = months(0, 60)

    drawn = worth_of(np.where(np.arange(60) < 40, 0.0, value), units)

    assert drawn.typical().reason == "no_value_for_typical_customer"
    assert drawn.quantile(0.9).value == pytest.approx(10.0)


def test_customers_without_units_have_no_worth_but_their_value_counts_by_units():
    value, units = months(0, 60)
    unused = np.where(np.arange(60) < 20, 0.0, units)

    drawn = worth_of(value, unused)

    assert drawn.typical().n == 40
    assert drawn.by_units().value == pytest.approx(value.sum() / unused.sum())


def test_the_seed_is_the_answer():
    value, units = months(0, 40, worth=lognormal(0, 40))

    assert worth_of(value, units).typical() == worth_of(value, units).typical()


@pytest.mark.parametrize("factor", [0.01, 7.0])
def test_the_currency_scales_the_answer_and_nothing_else(factor):
    value, units = months(0, 40, worth=lognormal(0, 40), noise=0.3)

    here, abroad = worth_of(value, units), worth_of(factor * value, units)

    for ask in (Worth.typical, Worth.by_units):
        mine, other = ask(here), ask(abroad)
        np.testing.assert_allclose(
            [other.value, other.low, other.high], factor * np.array([mine.value, mine.low, mine.high])
        )
