"""An estimate is a value inside an interval, or no value and the reason."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, TooFewCustomers
from models.estimate import Caveat, Estimate

finite = st.floats(-1e12, 1e12)


def worth(**changes) -> Estimate:
    facts = {"value": 12.0, "low": 10.0, "high": 15.0, "level": 0.9, "n": 40, "unit": "EUR/posting"}
    return Estimate(**facts | changes)


@given(st.tuples(finite, finite, finite).map(sorted), st.floats(1e-6, 1e6))
def test_scaling_and_scaling_back_is_the_same_estimate(ends, factor):
    estimate = worth(low=ends[0], value=ends[1], high=ends[2])

    back = estimate.scaled(factor).scaled(1 / factor)

    for one, other in zip((back.value, back.low, back.high), (ends[1], ends[0], ends[2]), strict=True):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": 1.0}, "level must be between 0 and 1"),
        ({"level": 0.0}, "level must be between 0 and 1"),
        ({"n": -1}, "n must be ≥ 0"),
        ({"value": None}, "must be finite, or None with a reason"),
        ({"low": math.nan}, "must be finite"),
        ({"high": math.inf}, "must be finite"),
        ({"reason": "no_outcomes"}, "an estimate with a reason has no value"),
        ({"value": 9.9}, "the value must lie inside its interval"),
        ({"value": 15.1}, "the value must lie inside its interval"),
    ],
)
def test_half_an_answer_cannot_be_made(changes, message):
    with pytest.raises(InvalidInput, match=message):
        worth(**changes)


def test_rounding_at_the_end_of_an_interval_is_forgiven():
    assert worth(value=15.0 + 1e-12).known
    assert worth(value=0.1 + 0.2, low=0.1, high=0.3).known


def test_an_unknown_estimate_has_a_reason_and_no_number():
    unknown = Estimate.unknown("no_outcomes", unit="EUR/posting", n=3)

    assert not unknown.known
    assert (unknown.value, unknown.low, unknown.high) == (None, None, None)


def test_a_refusal_becomes_an_estimate_that_repeats_its_sentence():
    estimate = Estimate.refused(TooFewCustomers(needed=8, got=3), unit="EUR/posting", n=3)

    assert estimate.reason == "insufficient_customers"
    assert [caveat.message for caveat in estimate.warnings] == ["needs 8 customers with evidence, has 3"]


def test_scaling_moves_the_plateau_and_may_name_another_unit():
    yearly = worth(plateau=(11.0, 13.0)).scaled(12, unit="EUR/posting/year")

    assert (yearly.value, yearly.plateau, yearly.unit) == (144.0, (132.0, 156.0), "EUR/posting/year")


def test_scaling_the_unknown_keeps_its_reason():
    assert Estimate.unknown("no_outcomes", unit="EUR").scaled(2, unit="USD").reason == "no_outcomes"


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_a_factor_must_be_a_positive_number(factor):
    with pytest.raises(InvalidInput, match="factor must be finite and > 0"):
        worth().scaled(factor)


def test_warnings_add_up_in_their_order():
    warned = worth().warned(Caveat("gross_value", "…")).warned(Caveat("few", "…"), Caveat("old", "…"))

    assert [caveat.code for caveat in warned.warnings] == ["gross_value", "few", "old"]


def test_json_shows_the_plateau_only_where_there_is_one():
    assert "plateau" not in worth().to_json()
    assert worth(plateau=(11.0, 13.0)).to_json()["plateau"] == [11.0, 13.0]
    assert json.loads(json.dumps(worth().warned(Caveat("few", "only 3")).to_json()))["warnings"] == [
        {"code": "few", "message": "only 3"}
    ]
