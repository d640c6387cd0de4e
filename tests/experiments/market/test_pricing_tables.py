"""Price book and price changes say what happened to prices."""

from __future__ import annotations

import numpy as np

from experiments.market import Regime, draw_business, sample_business, simulate


def test_those_who_left_have_no_new_price_and_others_have_one(steady):
    changes = steady.tables["price_changes"].to_pandas()

    assert (changes.new_mrr.isna() == (changes.response == "left")).all()
    assert (changes.offered_mrr > changes.old_mrr).all()


def test_the_arm_names_the_raise_that_was_told():
    changes = sample_business().tables["price_changes"].to_pandas()
    told = (changes.offered_mrr / changes.old_mrr - 1).astype(float)

    named = changes.arm.str.strip("+%").astype(float) / 100

    assert np.abs(told - named).max() < 0.01
    assert set(changes.assignment) == {"randomised"}


def test_a_customer_that_left_over_a_raise_has_no_later_stretch():
    market = simulate(draw_business(8, Regime.STEADY), 8)
    changes, stretches = (market.tables[name].to_pandas() for name in ("price_changes", "subscriptions"))
    left = changes[changes.response == "left"].merge(stretches, on="customer_id")

    assert (left.start < left.date).all()


def test_prices_by_the_unit_are_overage_from_the_first_unit_on():
    book = sample_business().tables["price_book"].to_pylist()

    assert [line["metric"] for line in book] == ["seats"]
    assert book[0]["included_units"] == 0
    assert book[0]["overage_price"] > 0
