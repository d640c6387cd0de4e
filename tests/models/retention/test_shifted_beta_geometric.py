"""The law of churn that differs between customers: published figures, scipy's ₂F₁, sums by hand, and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from models.errors import InvalidInput
from models.retention.shifted_beta_geometric import Outlook, ShiftedBetaGeometric

TEN_PERCENT = Outlook(discount=0.1)
parameter = st.floats(-5, 6).map(np.exp)


@pytest.mark.parametrize(
    ("alpha", "beta", "known"),
    [
        (3.80, 15.20, [3.3098, 3.4510, 3.5865, 3.7168, 3.8421]),
        (0.067, 0.267, [7.6708, 9.4553, 9.8508, 10.0562, 10.1886]),
    ],
)
def test_the_published_residual_lifetimes_of_two_books_with_equal_first_retention(alpha, beta, known):
    """The two cases of Fader & Hardie (2010): 80 % stay at the first renewal in both; 10 % discount."""
    law = ShiftedBetaGeometric(alpha, beta)

    found = [float(law.residual(renewed, TEN_PERCENT)) for renewed in range(5)]

    assert found == pytest.approx(known, abs=5e-5)
    assert float(law.retention(1)) == pytest.approx(0.8, abs=1e-3)


def test_the_published_projection_of_the_high_end_customers():
    """Fader & Hardie (2007), fitted on 7 renewals: years 8 to 12, and the residual lifetime after 7."""
    law = ShiftedBetaGeometric(0.668, 3.806)

    assert [float(law.survival(year)) for year in range(8, 13)] == pytest.approx(
        [0.460, 0.436, 0.414, 0.395, 0.378], abs=6e-4
    )
    assert float(law.residual(7, TEN_PERCENT)) == pytest.approx(7.530, abs=5e-4)


def test_one_churn_for_all_is_the_limit_of_customers_who_hardly_differ():
    law = ShiftedBetaGeometric(0.2e9, 0.8e9)

    assert float(law.residual(0, TEN_PERCENT)) == pytest.approx(0.8 / (1 - 0.8 / 1.1))
    assert float(law.survival(12)) == pytest.approx(0.8**12)
    twenty_months = ShiftedBetaGeometric(0.05e9, 0.95e9).whole(Outlook(discount=1e-6))
    assert float(twenty_months) == pytest.approx(1 / 0.05, rel=1e-4)


@pytest.mark.parametrize(("alpha", "beta"), [(0.668, 3.806), (3.3, 15.2), (0.067, 0.267), (1.4, 31.0)])
@pytest.mark.parametrize("discount", [0.01, 0.1, 0.5])
def test_the_endless_sum_is_the_published_hypergeometric_function(alpha, beta, discount):
    found = float(ShiftedBetaGeometric(alpha, beta).residual(0, Outlook(discount=discount)))

    published = beta / (alpha + beta) * special.hyp2f1(1.0, beta + 1, alpha + beta + 1, 1 / (1 + discount))
    assert found == pytest.approx(published, rel=1e-9)


@given(parameter, parameter, st.integers(0, 40), st.sampled_from([0.02, 0.1, 0.5]))
def test_the_endless_sum_is_what_adding_up_gives(alpha, beta, renewed, discount):
    found = float(ShiftedBetaGeometric(alpha, beta).residual(renewed, Outlook(discount=discount)))

    before = renewed + np.arange(2_000)
    added = (
        np.cumprod((beta + before) / (alpha + beta + before)) * (1 + discount) ** -np.arange(2_000.0)
    ).sum()
    assert found == pytest.approx(added, rel=1e-10)


def test_where_scipy_has_no_answer_the_sum_has_one():
    alpha, beta, outlook = 0.0522, 3309.1, Outlook(discount=0.002)

    endless = float(ShiftedBetaGeometric(alpha, beta).residual(0, outlook))

    months = np.arange(20_000)
    direct = (np.cumprod((beta + months) / (alpha + beta + months)) * 1.002**-months).sum()
    assert not np.isfinite(special.hyp2f1(1.0, beta + 1, alpha + beta + 1, 1 / 1.002))
    assert endless == pytest.approx(direct, rel=1e-9)


@given(parameter, parameter, st.integers(0, 30))
def test_who_has_stayed_longer_is_expected_to_stay_longer(alpha, beta, renewed):
    law, five_years = ShiftedBetaGeometric(alpha, beta), Outlook(discount=0.1, periods=5)

    for outlook in (TEN_PERCENT, five_years):
        young, old = float(law.residual(renewed, outlook)), float(law.residual(renewed + 1, outlook))
        assert 0 < young <= old * (1 + 1e-12) <= outlook.most * (1 + 1e-9)
    assert float(law.retention(renewed + 1)) <= float(law.retention(renewed + 2))


def test_a_horizon_counts_so_many_payments_and_no_more():
    law = ShiftedBetaGeometric(0.7, 1.2)

    by_hand = sum(float(law.survival(2 + j) / law.survival(2)) / 1.1 ** (j - 1) for j in (1, 2, 3))

    assert float(law.residual(2, Outlook(discount=0.1, periods=3))) == pytest.approx(by_hand)
    assert float(law.residual(2, Outlook(discount=0.1, periods=1_000))) == pytest.approx(
        float(law.residual(2, TEN_PERCENT))
    )


def test_a_new_customer_pays_at_once():
    law = ShiftedBetaGeometric(0.7, 1.2)

    assert float(law.whole(Outlook(discount=0.1, periods=1))) == 1
    assert float(law.whole(Outlook(discount=0.1, periods=3))) == pytest.approx(
        1 + float(law.survival(1)) / 1.1 + float(law.survival(2)) / 1.21
    )
    assert float(law.whole(TEN_PERCENT)) == pytest.approx(1 + float(law.residual(0, TEN_PERCENT)) / 1.1)


def test_many_laws_at_once_are_each_alone():
    alpha, beta = np.array([0.5, 3.0]), np.array([1.0, 40.0])

    together = ShiftedBetaGeometric(alpha, beta).residual(2, TEN_PERCENT)

    alone = [
        float(ShiftedBetaGeometric(a, b).residual(2, TEN_PERCENT)) for a, b in zip(alpha, beta, strict=True)
    ]
    assert together.tolist() == pytest.approx(alone)


def test_outlooks_and_laws_that_cannot_be_are_refused():
    for wrong in (
        {"discount": -0.1},
        {"discount": 0.0},
        {"discount": 0.1, "periods": 0},
        {"discount": np.inf},
    ):
        with pytest.raises(InvalidInput):
            Outlook(**wrong)
    with pytest.raises(InvalidInput, match="finite, > 0"):
        ShiftedBetaGeometric(0.0, 1.0).retention(1)
    with pytest.raises(InvalidInput, match="renewal must be whole"):
        ShiftedBetaGeometric(1.0, 1.0).retention(0)
    assert Outlook(discount=0.0, periods=12).most == 12
