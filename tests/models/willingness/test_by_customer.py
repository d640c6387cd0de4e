"""Draws of what each customer would pay: the population's, following worth, and never below what is paid."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.estimate import Estimate
from models.willingness.by_customer import Population, draw_by_customer


def said(value: float, sd: float, unit: str = "EUR/posting") -> Estimate:
    low, high = value * np.exp(-1.645 * sd), value * np.exp(1.645 * sd)
    return Estimate(value=value, low=float(low), high=float(high), level=0.9, n=100, unit=unit)


SURE, SPREAD = said(10.0, 0.001), said(0.5, 0.001, "log")


def test_without_worth_everybody_is_drawn_from_the_population():
    drawn = np.log(
        draw_by_customer(
            Population(SURE, SPREAD), log_worth=np.full(3000, np.nan), paid=np.zeros(3000), draws=4
        )
    )

    assert drawn.mean() == pytest.approx(np.log(10), abs=0.02)
    assert drawn.std() == pytest.approx(0.5, abs=0.02)


def test_willingness_follows_worth_and_keeps_its_own_spread():
    worth = np.random.default_rng(0).normal(3, 0.3, 4000)

    drawn = np.log(draw_by_customer(Population(SURE, SPREAD), log_worth=worth, paid=np.zeros(4000), draws=4))

    slope = np.cov(worth, drawn[0])[0, 1] / worth.var()
    assert slope == pytest.approx(1.0, abs=0.07)
    assert drawn.std() == pytest.approx(0.5, abs=0.02)


def test_where_worth_varies_more_than_willingness_it_is_followed_less():
    worth = np.random.default_rng(0).normal(3, 1.0, 4000)

    drawn = np.log(draw_by_customer(Population(SURE, SPREAD), log_worth=worth, paid=np.zeros(4000), draws=4))

    assert drawn.std() == pytest.approx(0.5, abs=0.02)
    assert np.corrcoef(worth, drawn[0])[0, 1] == pytest.approx(0.95, abs=0.02)


def test_who_pays_a_price_would_pay_it_up_to_inertia():
    drawn = draw_by_customer(
        Population(SURE, SPREAD), log_worth=np.zeros(500), paid=np.full(500, 15.0), draws=40
    )

    assert drawn.min() > 15 / 1.5
    assert np.median(drawn) > 15
    assert np.isfinite(
        draw_by_customer(Population(SURE, SPREAD), log_worth=np.zeros(1), paid=np.array([1e5]), draws=5)
    ).all()


def test_what_is_uncertain_of_everybody_is_shared_in_a_draw():
    drawn = np.log(
        draw_by_customer(
            Population(said(10, 0.3), SPREAD), log_worth=np.full(2000, np.nan), paid=np.zeros(2000), draws=64
        )
    )

    assert drawn.mean(axis=1).std() == pytest.approx(0.3, rel=0.1)


def test_draws_that_are_spread_evenly_are_each_customers_all_the_same():
    size = np.exp(np.random.default_rng(1).normal(size=40))

    drawn = np.log(
        draw_by_customer(
            Population(SURE, SPREAD), log_worth=np.zeros(40), paid=np.zeros(40), draws=4000, evenly_by=size
        )
    )

    assert drawn.mean(axis=0) == pytest.approx(np.full(40, np.log(10)), abs=0.04)
    assert drawn.std(axis=0) == pytest.approx(np.full(40, 0.5), abs=0.03)


def test_spread_evenly_a_draw_tells_what_all_would_bring_and_not_who_happens_to_come():
    size = np.exp(np.random.default_rng(1).normal(size=80))

    def brought(evenly_by: np.ndarray | None) -> np.ndarray:
        drawn = draw_by_customer(
            Population(SURE, SPREAD),
            log_worth=np.zeros(80),
            paid=np.zeros(80),
            draws=400,
            evenly_by=evenly_by,
        )
        return (drawn >= 10.0) @ size

    by_chance, evenly = brought(None), brought(size)
    assert evenly.mean() == pytest.approx(by_chance.mean(), rel=0.02)
    assert evenly.std() < by_chance.std() / 2


def test_the_same_seed_gives_the_same_draws():
    one, other = (
        draw_by_customer(Population(SURE, SPREAD), log_worth=np.zeros(5), paid=np.zeros(5), draws=3, seed=7)
        for _ in range(2)
    )

    np.testing.assert_array_equal(one, other)


def test_unknown_willingness_and_negative_prices_are_refused():
    nothing = Estimate.unknown("no_evidence", unit="EUR/posting", level=0.9)

    with pytest.raises(InvalidInput, match="willingness must be known"):
        draw_by_customer(Population(nothing, SPREAD), log_worth=np.zeros(2), paid=np.zeros(2), draws=2)
    with pytest.raises(InvalidInput, match="paid"):
        draw_by_customer(Population(SURE, SPREAD), log_worth=np.zeros(2), paid=-np.ones(2), draws=2)
