"""Surveys hear the stated willingness to pay, hypothetical bias included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Regime, draw_business, simulate
from experiments.market.surveys import ANSWERS, three_digits


def _survey(bias=1.5, seed=13):
    """Nobody leaves over the price here: otherwise those still there to be asked would pay more than most."""
    business = draw_business(seed, Regime.STEADY)
    business = replace(
        business, customers=2_000, price=replace(business.price, hypothetical_bias=bias, churn_slope=0.0)
    )
    return simulate(business, seed)


def test_expensive_is_said_near_the_biased_willingness_to_pay():
    market = _survey()
    answers = market.tables["price_sensitivity"].to_pandas()
    typical = market.truth.metrics[market.business.metrics[0].name].typical_willingness

    said = float(np.median(answers.expensive.astype(float)))

    assert said == pytest.approx(ANSWERS["expensive"] * 1.5 * typical, rel=0.1)


def test_nearly_all_answers_rise_from_too_cheap_to_too_expensive():
    answers = _survey().tables["price_sensitivity"].to_pandas()[list(ANSWERS)].astype(float)

    in_order = (np.diff(answers, axis=1) > 0).all(axis=1)

    assert 0.85 < in_order.mean() < 1


def test_fewer_would_buy_at_higher_prices():
    intent = _survey().tables["purchase_intent"].to_pandas()

    share = intent.groupby("price").intent.mean()

    assert len(share) == 5
    assert share.is_monotonic_decreasing
    assert share.iloc[0] > 0.8
    assert share.iloc[-1] < 0.2


def test_every_respondent_is_asked_each_price_once_in_some_order():
    intent = _survey().tables["purchase_intent"].to_pandas()

    assert not intent.duplicated(["respondent_id", "price"]).any()
    assert (intent.groupby("respondent_id").order.apply(sorted).map(tuple) == (1, 2, 3, 4, 5)).all()


def test_an_estimate_that_is_called_too_high_lies_above_what_is_stated():
    checks = _survey().tables["worth_checks"].to_pandas()
    estimate, stated = checks.estimate.astype(float), checks.stated.astype(float)

    assert (estimate > stated)[checks.verdict == "too_high"].all()
    assert (estimate < stated)[checks.verdict == "too_low"].all()
    assert checks.stated.isna().equals(checks.verdict == "accurate")


def test_prices_are_said_in_three_digits():
    assert three_digits(np.array([1234.5, 0.012345, 7.0])) == pytest.approx([1230, 0.0123, 7])
