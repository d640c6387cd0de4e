"""Stated → real: what the literature says, what our own pairs add, and what paid prices cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.willingness._threshold_model import Normal
from models.willingness.hypothetical_bias import FORMATS, Bias, Pairs, learn

PRIOR = Bias.from_literature()


def pairs(seed: int, n: int, *, bias: float = 1.5, form: str = "direct", noise: float = 0.3) -> Pairs:
    """Draw customers of whom each is offered a price near what it stated, and accepts or refuses."""
    rng = np.random.default_rng(seed)
    stated = 10 * np.exp(0.6 * rng.normal(size=n))
    real, offered = (
        stated / bias * np.exp(noise * rng.normal(size=n)),
        stated * np.exp(0.4 * rng.normal(size=n)) / 1.2,
    )
    return Pairs(
        form=np.full(n, form, dtype=object), stated=stated, accepted=np.where(real >= offered, offered, np.nan),
        refused=np.where(real >= offered, np.nan, offered), revealed=np.full(n, np.nan),
    )  # fmt: skip


def test_the_prior_is_what_the_meta_analyses_found():
    low, high = (PRIOR.estimates()["direct"].low, PRIOR.estimates()["indirect"].high)

    # Schmidt & Bijmolt 2020: 21 % on average, indirect above direct; Murphy 2003: 1.35; Kanya 2019: 1.79
    assert np.exp(PRIOR.mean.mean()) == pytest.approx(1.21)
    assert np.exp(PRIOR.mean[1] - PRIOR.mean[0]) == pytest.approx(1.09, abs=0.01)
    assert low < 1.0
    assert high > 1.79
    assert PRIOR.estimates()["direct"].n == 0


def test_accepted_and_refused_prices_recover_the_bias():
    learnt = learn(PRIOR, pairs(1, 400, bias=1.7))

    found = learnt.posterior.estimates()["direct"]
    assert found.low < 1.7 < found.high
    assert found.high / found.low < 1.2
    assert learnt.prior is PRIOR
    assert learnt.pairs == {"direct": 400, "indirect": 0}


def test_what_is_learnt_of_one_form_carries_over_to_the_other_in_part():
    learnt = learn(PRIOR, pairs(2, 400, bias=1.7))

    moved = learnt.posterior.mean - PRIOR.mean
    assert 0 < moved[1] < moved[0]
    assert learnt.posterior.of("direct").sd < learnt.posterior.of("indirect").sd < PRIOR.of("indirect").sd


def test_prices_that_were_all_accepted_tell_nothing():
    told = pairs(3, 200)
    customers = np.isfinite(told.accepted)
    kept = Pairs(
        **{
            name: getattr(told, name)[customers]
            for name in ("form", "stated", "accepted", "refused", "revealed")
        }
    )

    learnt = learn(PRIOR, kept)

    np.testing.assert_array_equal(learnt.posterior.mean, PRIOR.mean)
    np.testing.assert_array_equal(learnt.posterior.covariance, PRIOR.covariance)
    assert [caveat.code for caveat in learnt.caveats] == ["one_sided_pairs"]
    assert learnt.pairs["direct"] == 0


def test_revealed_willingness_tells_more_than_accepted_prices():
    told, nothing = pairs(4, 100), np.full(100, np.nan)
    real = told.stated / 1.5 * np.exp(0.3 * np.random.default_rng(0).normal(size=100))
    revealed = replace(told, accepted=nothing, refused=nothing, revealed=real)

    found = learn(PRIOR, revealed).posterior.of("direct")

    exact = Normal(float(np.log(told.stated / real).mean()), 0.3 / 10)
    assert found.mean == pytest.approx(PRIOR.seen({"direct": exact}).mean[0], abs=0.01)
    assert found.sd < learn(PRIOR, told).posterior.of("direct").sd


def test_as_many_more_pairs_as_it_says_halve_the_doubt():
    def ratio(seed: int) -> float:
        few = learn(PRIOR, pairs(seed, 200))
        more = learn(PRIOR, pairs(1000 + seed, 200 + few.pairs_to_halve["direct"]))
        return more.posterior.of("direct").sd / few.posterior.of("direct").sd

    assert np.median([ratio(seed) for seed in range(9)]) == pytest.approx(0.5, abs=0.05)


def test_without_pairs_it_says_how_many_would_be_needed():
    empty = Pairs(
        form=np.zeros(0, dtype=object),
        **dict.fromkeys(("stated", "accepted", "refused", "revealed"), np.zeros(0)),
    )

    learnt = learn(PRIOR, empty)

    assert learnt.posterior == replace(
        PRIOR, mean=learnt.posterior.mean, covariance=learnt.posterior.covariance
    )
    assert 3 < learnt.pairs_to_halve["direct"] < 30
    assert not learnt.caveats


def test_a_bias_taken_as_known_stays_as_it_is():
    learnt = learn(Bias.fixed(1.3), pairs(7, 100, bias=2.0))

    assert learnt.posterior.of("direct").median == pytest.approx(1.3)
    assert learnt.pairs_to_halve == {"direct": None, "indirect": None}


def test_a_reading_updates_by_the_textbook():
    seen = PRIOR.seen({"direct": Normal(0.5, 0.25)})

    gain = PRIOR.covariance[0, 0] / (PRIOR.covariance[0, 0] + 0.25**2)
    assert seen.mean[0] == pytest.approx(PRIOR.mean[0] + gain * (0.5 - PRIOR.mean[0]))
    assert seen.covariance[0, 0] == pytest.approx(PRIOR.covariance[0, 0] * (1 - gain))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-4, 1e4))
def test_another_currency_changes_nothing(seed, rate):
    told = pairs(seed, 60)
    others = replace(
        told, stated=told.stated * rate, accepted=told.accepted * rate, refused=told.refused * rate
    )

    np.testing.assert_allclose(
        learn(PRIOR, others).posterior.mean, learn(PRIOR, told).posterior.mean, atol=1e-4
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_no_pairs_ever_widen_the_doubt(seed):
    learnt = learn(PRIOR, pairs(seed, 20, form="indirect"))

    for form in FORMATS:
        assert learnt.posterior.of(form).sd <= PRIOR.of(form).sd * (1 + 1e-9)


@pytest.mark.parametrize(
    "wrong",
    [{"stated": np.array([0.0])}, {"accepted": np.array([-1.0])}, {"form": np.array(["oral"], dtype=object)}],
)
def test_pairs_that_break_the_contract_are_refused(wrong):
    nan = np.array([np.nan])
    right = {
        "form": np.array(["direct"], dtype=object),
        "stated": np.array([1.0]),
        "accepted": nan,
        "refused": nan,
        "revealed": nan,
    }
    with pytest.raises(InvalidInput):
        Pairs(**right | wrong)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_a_factor_that_makes_no_sense_is_refused(factor):
    with pytest.raises(InvalidInput, match="factor"):
        Bias.fixed(factor)
