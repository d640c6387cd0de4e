"""Competing ends: both ways' truth recovered, shares that add up, and one way alone being the hazard."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.retention.competing import CompetingHazards
from models.retention.customer_months import CustomerMonths
from models.retention.hazard import Hazard
from tests.models.retention.books import book


def ways(seed: int, customers: int = 1_500, months: int = 18) -> CustomerMonths:
    """Success makes customers churn less (-1.5) and expand more (+0.8); both end the row's spell."""
    rng = np.random.default_rng(seed)
    success = rng.normal(size=(customers, months))
    odds = np.exp(np.stack([-3.0 - 1.5 * success, -3.5 + 0.8 * success]))
    bounds = np.cumsum(odds / (1 + odds.sum(axis=0)), axis=0)
    drawn = rng.random((customers, months))
    end = np.where(drawn < bounds[0], 1, np.where(drawn < bounds[1], 2, 0))
    there = np.cumsum(end > 0, axis=1) - (end > 0) == 0
    shape = (customers, months)
    return CustomerMonths(
        ended=end[there],
        age=np.broadcast_to(np.arange(months), shape)[there],
        covariates=success[there][:, None],
        customer=np.broadcast_to(np.arange(customers)[:, None], shape)[there],
        names=("success",),
    )


def test_the_effects_on_both_ways_are_covered_at_their_level():
    held = []
    for seed in range(60):
        fit = CompetingHazards().fit(ways(seed, 400))
        for kind, true in ((1, -1.5), (2, 0.8)):
            effect = fit.effects(kind)["success"]
            held.append(effect.low <= true <= effect.high)

    assert 0.82 <= np.mean(held) <= 0.97


def test_shares_that_have_ended_add_up_to_those_to_whom_something_happened():
    fit = CompetingHazards().fit(ways(1))

    chance = fit.chances([0] * 2, [[0.0], [1.0]])
    shares = fit.incidence(0, np.zeros((12, 1)))

    assert chance.shape == (2, 2)
    assert chance[0, 0] == pytest.approx(np.exp(-3) / (1 + np.exp(-3) + np.exp(-3.5)), rel=0.15)
    by_month = fit.chances(np.arange(12), np.zeros((12, 1)))
    assert shares[-1].sum() == pytest.approx(1 - np.prod(1 - by_month.sum(axis=1)))
    assert (np.diff(shares, axis=0) > 0).all()


def test_with_one_way_to_end_it_is_the_hazard():
    months = book(0, 300)

    one, other = CompetingHazards().fit(months).effects(1), Hazard().fit(months).effects()

    assert one == other


def test_an_unknown_way_is_refused():
    with pytest.raises(InvalidInput, match="between 1 and 2"):
        CompetingHazards().fit(ways(2, 100)).effects(3)


def test_the_share_that_each_way_takes_first_is_covered_at_its_level():
    held = []
    rng = np.random.default_rng(5)
    age, success = np.full(300, 3), rng.normal(size=300)
    odds = np.exp(np.stack([-3.0 - 1.5 * success, -3.5 + 0.8 * success]))
    by_month = odds / (1 + odds.sum(axis=0))
    moves = by_month.sum(axis=0)
    true = (by_month * (1 - (1 - moves) ** 12) / moves).mean(axis=1)
    for seed in range(40):
        shares = CompetingHazards().fit(ways(seed, 300)).first_ends(age, success[:, None], seed=seed)
        held += [share.low <= each <= share.high for share, each in zip(shares, true, strict=True)]

    assert 0.82 <= np.mean(held) <= 0.97


def test_of_no_customers_no_share_is_told():
    shares = CompetingHazards().fit(ways(2, 100)).first_ends([], np.zeros((0, 1)))

    assert [share.reason for share in shares] == ["no_customers", "no_customers"]
