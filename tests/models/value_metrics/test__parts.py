"""Value in parts: under other judgements it is what the periods themselves would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.attribution import Judgement
from models.value_metrics._base import MetricEvidence
from models.value_metrics._parts import LINEAR, ValueParts
from tests.models.evidence import business, from_periods

SHAPE = (6, 40)


def two_kpis(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units and the money of two KPIs, each of shape (periods, customers), some months without units."""
    rng = np.random.default_rng(seed)
    units = np.exp(rng.normal(2, 0.7, SHAPE)) * (rng.random(SHAPE) > 0.1)
    return units, units * np.exp(rng.normal(0, 0.3, SHAPE)) + 1, np.exp(rng.normal(3, 0.8, SHAPE))


def in_parts(
    units: np.ndarray, *money: np.ndarray, judgements: Sequence[Judgement] | None = None
) -> MetricEvidence:
    """Sum units and each KPI's money (periods, customers), with what is believed of each."""
    believed = tuple(judgements or [Judgement()] * len(money))
    each = [from_periods(part, units) for part in money]
    linear = {name: np.array([getattr(part, name) for part in each]) for name in LINEAR}
    squares = np.array([[(one * other).sum(0) for other in money] for one in money])
    whole = from_periods(np.sum(money, axis=0), units)
    return replace(whole, parts=ValueParts(**linear, value_squares=squares, judgements=believed))


def test_under_other_judgements_it_is_as_if_the_periods_had_that_money():
    units, hires, savings = two_kpis()

    found = in_parts(units, hires, savings).under(np.array([0.4, 1.7]))

    wanted = from_periods(0.4 * hires + 1.7 * savings, units)
    for name in (*LINEAR, "value_squares", "units", "idle_periods", "log_worth", "noise_variance"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-9, err_msg=name)


def test_as_stated_nothing_changes():
    evidence = in_parts(*two_kpis())

    found = evidence.under(np.ones(2))

    np.testing.assert_allclose(found.log_worth, evidence.log_worth, rtol=1e-12)
    np.testing.assert_allclose(found.noise_variance, evidence.noise_variance, rtol=1e-9)


def test_without_parts_one_factor_multiplies_all_money():
    evidence = business(1, 30)

    found = evidence.under(np.array([3.0]))

    np.testing.assert_allclose(found.log_worth, evidence.log_worth + np.log(3), rtol=1e-12)
    np.testing.assert_allclose(found.noise_variance, evidence.noise_variance, rtol=1e-9)
    np.testing.assert_array_equal(found.bill, evidence.bill)


def test_the_chosen_customers_keep_their_own_sums_parts_and_units_inside():
    evidence = business(2, 30, inside=3)
    chosen = np.arange(30) % 3 == 0
    parted = replace(evidence, parts=in_parts(*(each[:, :30] for each in two_kpis())).parts)

    found = parted.only(chosen)

    assert found.n == 10
    np.testing.assert_array_equal(found.log_worth, evidence.log_worth[chosen])
    assert found.parts is not None
    assert parted.parts is not None
    np.testing.assert_array_equal(found.parts.value_squares, parted.parts.value_squares[..., chosen])
    np.testing.assert_array_equal(np.unique(found.inside_customer), np.arange(10))
    first = evidence.inside_log_worth[evidence.inside_customer == 3]
    np.testing.assert_array_equal(found.inside_log_worth[found.inside_customer == 1], first)


@pytest.mark.parametrize("count", [1, 3])
def test_there_must_be_a_factor_for_every_part(count):
    with pytest.raises(ValueError, match="mismatch"):
        in_parts(*two_kpis()).under(np.ones(count))
