"""Planes of plans that were met: lowest where the bound is, and shared by problems that differ in budgets alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pricing.raises.choices import choose
from models.pricing.raises.planes import Planes
from tests.models.pricing.raises.test_choices import book


@given(seed=st.integers(0, 2**32 - 1), groups=st.integers(1, 30))
@settings(max_examples=30)
def test_planes_of_one_budget_serve_another_as_well(seed, groups):
    one = book(groups, seed=seed)
    planes = Planes()
    choose(one, exact_groups=0, planes=planes)

    for factor in (0.5, 0.8, 1.3):
        other = replace(one, budget=one.budget * factor)
        alone, shared = choose(other, exact_groups=0), choose(other, exact_groups=0, planes=planes)
        assert shared.bound == pytest.approx(alone.bound, rel=1e-7, abs=1e-9)
        assert other.fits(shared.level)


def test_before_any_plan_was_met_nothing_is_known_of_the_bound():
    price, height = Planes().lowest(np.ones(2), 10.0)

    assert price.tolist() == [0, 0]
    assert height == -np.inf


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_the_highest_plane_is_lowest_where_it_is_said_to_be(seed):
    rng = np.random.default_rng(seed)
    met, budget = Planes(), rng.random(2)
    for gain, load in zip(rng.random(6), rng.random((6, 2)), strict=True):
        met.add(float(gain), load)

    _, height = met.lowest(budget, 5.0)

    tried = 5 * rng.random((500, 2))
    planes = np.array(met.gains) + tried @ (budget - np.array(met.loads)).T
    assert height <= np.maximum(planes.max(axis=1), 0).min() + 1e-9
