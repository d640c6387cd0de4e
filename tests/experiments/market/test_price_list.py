"""The price list asks more of bigger customers, near what they would pay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Regime, draw_business
from experiments.market.customers import draw_customers
from experiments.market.noise import stream
from experiments.market.price_list import billed_units, make_price_list


def _priced(model, plans):
    business = draw_business(6, Regime.STEADY)
    business = replace(business, price=replace(business.price, model=model, plans=plans))
    people = draw_customers(business, 500, stream(6, "t"))
    return business, people, make_price_list(business, people)


def test_dearer_plans_are_for_bigger_customers():
    _, people, prices = _priced("plans", ("starter", "growth", "scale"))
    plan = prices.plan(people)

    assert (np.diff(prices.price) >= 0).all()
    assert people.employees[plan == 0].max() < people.employees[plan == 2].min()


def test_plans_are_priced_at_the_usual_share_of_willingness_to_pay():
    business, people, prices = _priced("plans", ("starter", "growth", "scale"))
    smallest = people.willingness_to_pay[prices.plan(people) == 0]

    assert prices.price[0] == pytest.approx(business.price.usual_ratio * np.median(smallest), rel=0.06)


def test_one_price_per_unit_is_billed_by_whole_units():
    business, people, prices = _priced("per_unit", ("standard",))
    billed = billed_units(business, people)

    assert prices.price.shape == (1,)
    assert (billed >= 1).all()
    assert (billed == np.round(billed)).all()


def test_flat_plans_bill_one_of_themselves():
    business, people, _ = _priced("plans", ("starter", "growth", "scale"))

    assert (billed_units(business, people) == 1).all()
