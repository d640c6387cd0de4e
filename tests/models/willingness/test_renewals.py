"""Renewals: bounds up to inertia, raises by lot, and what negotiation cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Estimate
from models.willingness.beliefs import Belief
from models.willingness.inertia import Inertia
from models.willingness.renewals import RenewalReading, Renewals, read_renewals

MEDIAN, SPREAD, INERTIA = 10.0, 0.5, 1.12


def history(seed: int, n: int = 2000, *, assignment: str = "randomised", rho: float = 0.0) -> Renewals:
    """Draw customers who pay around 6 and are told up to twice as much; old prices follow willingness by `rho`."""
    rng = np.random.default_rng(seed)
    deviation, rest = rng.normal(size=(2, n))
    willing = MEDIAN * np.exp(rho * 0.2 * deviation + np.sqrt(SPREAD**2 - (0.2 * rho) ** 2) * rest)
    before = 6 * np.exp(0.2 * deviation)
    told = before * rng.choice([1.0, 1.3, 1.7, 2.2], size=n)
    stays = willing * INERTIA >= told
    return Renewals(
        kept=np.where(stays, told, np.nan), refused=np.where(stays, np.nan, told), before=before,
        assignment=np.full(n, assignment, dtype=object),
    )  # fmt: skip


def read(renewals: Renewals, **given: object) -> RenewalReading:
    return read_renewals(renewals, unit="EUR/seat", **given)


def codes(estimate: Estimate) -> list[str]:
    return [warning.code for warning in estimate.warnings]


def test_raises_by_lot_recover_the_threshold_and_what_old_prices_knew():
    found = read(history(1, 4000, rho=1.0))

    assert found.threshold.low < MEDIAN * INERTIA < found.threshold.high
    assert found.spread.low < SPREAD < found.spread.high
    assert found.confounding.low < 1.0 < found.confounding.high
    assert found.identified_by == ("randomised",)
    assert found.source().anchored
    assert found.source().alone == found.alone


def test_willingness_is_the_threshold_less_inertia_and_wider_by_its_doubt():
    found, factor = read(history(2)), Belief.within(1.0, 1.5, level=0.9)
    doubtful, fixed = (read(history(2), inertia=Inertia(each)) for each in (factor, Belief(factor.mean, 0.0)))

    assert doubtful.willingness.value == pytest.approx(found.threshold.value / factor.median)
    assert (
        doubtful.willingness.high / doubtful.willingness.low > fixed.willingness.high / fixed.willingness.low
    )


def test_inertia_is_learnt_from_those_who_choose_anew_and_enters_willingness_only_once():
    anew = Estimate(value=10.0, low=9.9, high=10.1, level=0.9, n=500, unit="EUR/seat")
    vague = Inertia(Belief.within(0.7, 1.6, level=0.9))

    before, after = (
        read(history(3, 4000), inertia=vague),
        read(history(3, 4000), inertia=replace(vague, anew=anew)),
    )

    assert after.inertia.low < INERTIA < after.inertia.high
    assert after.inertia.high / after.inertia.low < 0.5 * before.inertia.high / before.inertia.low
    assert after.willingness == before.willingness


@pytest.mark.parametrize("assignment", ["policy", "renewal"])
def test_prices_set_by_those_who_may_know_identify_nothing_and_say_so(assignment):
    found = read(history(4, assignment=assignment))

    assert found.identified_by == ()
    assert "price_set_by_rep" in codes(found.willingness)
    lot = read(history(4))
    assert found.threshold.high / found.threshold.low > lot.threshold.high / lot.threshold.low


def test_negotiated_prices_take_no_part():
    by_lot, haggled = history(5, 1000), history(6, 1000, assignment="negotiated")
    both = Renewals(
        **{
            name: np.concatenate([getattr(by_lot, name), getattr(haggled, name)])
            for name in ("kept", "refused", "before", "assignment")
        }
    )

    assert replace(read(both), left_out=0) == read(by_lot)
    assert read(both).left_out == 1000
    assert read(haggled).willingness.reason == "not_identified"


def test_customers_who_left_for_another_reason_before_any_decision_are_left_out():
    told = history(7)
    gone = np.random.default_rng(0).random(told.kept.size) < 0.3
    rest = replace(told, kept=np.where(gone, np.nan, told.kept), refused=np.where(gone, np.nan, told.refused))

    found = read(rest)

    assert found.left_out == gone.sum()
    assert found.threshold.low < MEDIAN * INERTIA < found.threshold.high


def test_what_was_kept_above_the_price_it_left_for_counts_no_longer():
    told = history(8)
    once_paid = np.where(np.isnan(told.kept), told.refused * 1.5, told.kept)

    assert read(replace(told, kept=once_paid)) == read(told)


def test_a_median_beyond_every_price_that_was_tried_is_pointed_out():
    told = history(9)
    cheap = np.where(np.isnan(told.refused), told.before, told.refused) <= 8.0
    few = Renewals(
        kept=np.where(cheap, told.kept, np.nan), refused=np.where(cheap, told.refused, np.nan),
        before=told.before, assignment=told.assignment,
    )  # fmt: skip

    assert "beyond_tried_prices" in codes(read(few).willingness)
    assert "beyond_tried_prices" not in codes(read(told).willingness)


@pytest.mark.parametrize(("left", "reason"), [(0, "only_lower_bounds"), (2, "insufficient_renewals")])
def test_too_few_who_left_for_the_price_are_null_with_the_reason(left, reason):
    refused = np.full(100, np.nan)
    refused[:left] = 9.0
    found = read(
        Renewals(
            kept=np.full(100, 8.0), refused=refused, before=np.full(100, 7.0),
            assignment=np.full(100, "randomised", dtype=object),
        )
    )  # fmt: skip

    assert found.willingness.reason == found.threshold.reason == found.spread.reason == reason
    assert found.inertia.known


def test_without_any_decision_there_are_no_renewals():
    none = np.full(3, np.nan)

    found = read(
        Renewals(kept=none, refused=none, before=none, assignment=np.full(3, "renewal", dtype=object))
    )

    assert found.willingness.reason == "no_renewals"


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-4, 1e4))
def test_another_currency_scales_the_answer(seed, rate):
    euros = history(seed, 200)
    others = replace(euros, kept=euros.kept * rate, refused=euros.refused * rate, before=euros.before * rate)

    assert read(others).willingness.value == pytest.approx(read(euros).willingness.value * rate, rel=1e-4)
    assert read(others).spread.value == pytest.approx(read(euros).spread.value, rel=1e-4)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_customers_changes_nothing_that_can_be_seen(seed):
    told = history(seed, 200)
    order = np.random.default_rng(seed).permutation(200)
    turned = Renewals(
        kept=told.kept[order], refused=told.refused[order], before=told.before[order],
        assignment=told.assignment[order],
    )  # fmt: skip

    assert read(turned).willingness.value == pytest.approx(read(told).willingness.value, rel=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kept": np.array([0.0])},
        {"before": np.array([1.0, 2.0])},
        {"assignment": np.array(["whim"], dtype=object)},
        {"traits": np.zeros((2, 1))},
    ],
)
def test_renewals_that_break_the_contract_are_refused(wrong):
    right = {
        "kept": np.array([1.0]), "refused": np.array([np.nan]), "before": np.array([1.0]),
        "assignment": np.array(["renewal"], dtype=object),
    }  # fmt: skip
    with pytest.raises(InvalidInput):
        Renewals(**right | wrong)
