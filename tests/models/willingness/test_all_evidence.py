"""All evidence together: two lists, one link between them, and no contradiction blended away."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Caveat, Estimate
from models.willingness.all_evidence import AllEvidence, all_evidence
from models.willingness.assumptions import Assumptions
from models.willingness.beliefs import Belief, Joint
from models.willingness.hypothetical_bias import Bias
from models.willingness.sources import WillingnessSource, WorthSource

UNIT = "EUR/posting"


def said(value: float, sd: float = 0.1, *, unit: str = UNIT, warnings: tuple[Caveat, ...] = ()) -> Estimate:
    reach = np.exp(1.6448536269514722 * sd)
    return Estimate(
        value=value, low=value / reach, high=value * reach, level=0.9, n=40, unit=unit, warnings=warnings
    )


def outcomes(value: float = 40.0, sd: float = 0.1) -> WorthSource:
    return WorthSource(source="outcomes", estimate=said(value, sd))


def prior(value: float, sd: float = 0.1) -> WorthSource:
    return WorthSource(source="prior", estimate=said(value, sd))


def quotes(value: float, sd: float = 0.1, *, anchored: bool = True) -> WillingnessSource:
    return WillingnessSource(source="quotes", estimate=said(value, sd), anchored=anchored)


def renewals(value: float, sd: float = 0.1) -> WillingnessSource:
    return WillingnessSource(source="renewals", estimate=said(value, sd), anchored=True)


def asked(
    value: float, sd: float = 0.1, *, source: str = "price_sensitivity", form: str = "direct"
) -> WillingnessSource:
    return WillingnessSource(source=source, estimate=said(value, sd), form=form)


def together(worth: list[WorthSource], willingness: list[WillingnessSource], **given: object) -> AllEvidence:
    return all_evidence(worth, willingness, unit=UNIT, **given)


def log_width(estimate: Estimate) -> float:
    return float(np.log(estimate.high / estimate.low))


def codes(found: AllEvidence) -> set[str]:
    return {caveat.code for caveat in found.caveats}


def test_one_anchored_source_of_worth_is_returned_as_it_came():
    skew = Estimate(value=40.0, low=30.0, high=44.0, level=0.9, n=7, unit=UNIT, method="median of customers")

    found = together([WorthSource(source="outcomes", estimate=skew)], [])

    assert found.worth == skew
    assert found.worth_sources[0].weight == 1.0


def test_what_customers_would_pay_never_moves_what_a_unit_is_worth():
    alone = together([outcomes()], [])

    beside = together([outcomes()], [quotes(3.0, 0.01), asked(9.0, 0.01)])

    assert beside.worth == alone.worth
    assert beside.worth_sources == alone.worth_sources


def test_with_no_evidence_at_all_everything_is_null_with_a_reason():
    found = together([], [])

    assert found.worth.reason == found.willingness.reason == "no_evidence"
    assert found.share_captured.reason == "no_worth"
    assert found.prior_part is None
    assert found.price_range is None


def test_sources_that_know_nothing_stay_in_their_list_with_weight_none():
    silent = WorthSource(source="outcomes", estimate=Estimate.unknown("no_outcomes", unit=UNIT, n=3))
    mute = WillingnessSource(source="quotes", estimate=Estimate.unknown("no_losses", unit=UNIT, n=9))

    found = together([silent], [mute])

    assert found.worth.reason == "no_outcomes"
    assert found.willingness.reason == "no_losses"
    assert [row.weight for row in (*found.worth_sources, *found.willingness_sources)] == [0.0, 0.0]


def test_with_worth_alone_willingness_is_the_usual_share_of_it_and_says_so():
    found = together([outcomes(40.0)], [])

    assert found.willingness.value == pytest.approx(40 * np.sqrt(0.03 * 0.40))
    assert found.prior_part == 1.0
    assert found.anchor == ("share_captured",)
    assert "willingness_from_worth" in codes(found)


def test_without_paid_prices_share_times_bias_is_known_and_its_parts_are_priors():
    found = together([outcomes(40.0, 0.02)], [asked(6.0, 0.02)])

    product = found.share_times_bias["direct"]
    assert product.value == pytest.approx(0.15, rel=1e-6)
    assert log_width(product) < 0.12
    assert found.share_captured.value * found.bias["direct"].value == pytest.approx(0.15, rel=0.02)
    assert log_width(found.share_captured) > 0.5
    assert found.prior_part == 1.0
    assert found.anchor == ("hypothetical_bias",)
    assert "no_paid_prices" in codes(found)
    assert found.price_range[0] < found.willingness.value < found.price_range[1]


def test_a_bias_taken_as_known_makes_the_stated_source_the_anchor():
    face_value = Assumptions(bias=Bias.fixed(1.0))

    found = together([], [asked(6.0)], assumptions=face_value)

    assert found.willingness.value == pytest.approx(6.0)
    assert found.anchor == ("price_sensitivity",)
    assert found.prior_part == 0.0


def test_paid_prices_tell_the_bias_of_stated_ones():
    found = together([], [quotes(5.0, 0.02), asked(8.0, 0.02)])

    # the survey's own error (τ) and its form's bias share the rest, so the bias is pulled towards the prior
    assert 1.3 < found.bias["direct"].value < 1.6
    assert found.willingness.value == pytest.approx(5.0, rel=0.01)
    assert found.prior_part < 0.05


def test_the_posterior_is_the_textbook_one_where_no_source_has_an_error_of_its_own():
    found = together([outcomes(40.0, 0.1)], [quotes(5.0, 0.2)])

    share = Assumptions().share
    precision = np.array([1 / 0.2**2, 1 / (0.1**2 + share.sd**2)])
    centre = precision @ [np.log(5.0), np.log(40.0) + share.mean] / precision.sum()
    assert Belief.of(found.willingness).mean == pytest.approx(centre)
    assert Belief.of(found.willingness).sd == pytest.approx(precision.sum() ** -0.5)


def test_anchors_that_contradict_each_other_are_named_and_the_interval_holds_both():
    found = together([outcomes(40.0, 0.05), prior(100.0, 0.05)], [])

    assert [row.contradicts for row in found.worth_sources] == [("prior",), ("outcomes",)]
    assert found.worth.low <= 40.0 * (1 + 1e-9)
    assert found.worth.high >= 100.0 * (1 - 1e-9)
    assert "sources_disagree" in codes(found)
    assert "sources_disagree" in {caveat.code for caveat in found.worth.warnings}


def test_a_survey_that_contradicts_paid_prices_is_named_and_set_aside():
    paid = together([], [quotes(5.0, 0.05)])

    found = together([], [quotes(5.0, 0.05), asked(50.0, 0.05)])

    assert found.willingness_sources[0].contradicts == ("price_sensitivity",)
    assert [row.weight for row in found.willingness_sources] == [1.0, 0.0]
    assert found.willingness.high == pytest.approx(paid.willingness.high, rel=1e-4)
    assert found.willingness_sources[1].alone.value == pytest.approx(
        50 / Bias.from_literature().of("direct").median
    )


def test_surveys_that_contradict_each_other_without_a_paid_price_are_both_held():
    found = together([], [asked(5.0, 0.02), asked(15.0, 0.02, source="purchase_intent")])

    ends = [row.alone.value for row in found.willingness_sources]
    assert found.willingness.low <= min(ends) * (1 + 1e-9)
    assert found.willingness.high >= max(ends) * (1 - 1e-9)
    assert all(row.weight == pytest.approx(0.5) for row in found.willingness_sources)


def test_sources_that_agree_contradict_nobody():
    found = together([outcomes(40.0), prior(45.0)], [quotes(5.0), renewals(5.5), asked(6.5)])

    assert not any(row.contradicts for row in (*found.worth_sources, *found.willingness_sources))
    assert "sources_disagree" not in codes(found)


def test_an_unusual_share_of_worth_is_pointed_out():
    assert "share_unusual" in codes(together([outcomes(40.0)], [quotes(400.0)]))
    assert "share_unusual" not in codes(together([outcomes(40.0)], [quotes(5.0)]))


def test_warnings_of_sources_come_along_once():
    by_rep = Caveat("price_set_by_rep", "reps set the price")
    source = WillingnessSource(source="quotes", estimate=said(5.0, warnings=(by_rep,)))

    assert [caveat.code for caveat in together([], [source]).caveats] == ["price_set_by_rep"]


LISTS = st.tuples(st.floats(1.0, 20.0), st.floats(1.0, 20.0), st.floats(1.0, 20.0), st.floats(0.02, 0.5))


@settings(max_examples=25, deadline=None)
@given(LISTS)
def test_the_order_of_sources_changes_nothing(numbers):
    paid, later, stated, sd = numbers
    willingness = [quotes(paid, sd), renewals(later, sd), asked(stated, sd)]
    expected = together([outcomes(), prior(50.0)], willingness)

    for order in itertools.permutations(willingness):
        found = together([prior(50.0), outcomes()], list(order))
        assert found.willingness == expected.willingness
        assert found.worth == expected.worth
        assert {row.source: row for row in found.willingness_sources} == {
            row.source: row for row in expected.willingness_sources
        }


@settings(max_examples=25, deadline=None)
@given(LISTS, st.floats(1e-5, 1e5))
def test_another_currency_scales_money_and_nothing_else(numbers, rate):
    paid, later, stated, sd = numbers

    def at(rate: float) -> AllEvidence:
        return together(
            [outcomes(40 * rate), prior(50 * rate)],
            [quotes(paid * rate, sd), renewals(later * rate, sd), asked(stated * rate, sd)],
        )

    euros, others = at(1.0), at(rate)
    assert others.willingness.value == pytest.approx(euros.willingness.value * rate)
    assert others.worth.high == pytest.approx(euros.worth.high * rate)
    assert others.share_captured.low == pytest.approx(euros.share_captured.low)
    assert [row.weight for row in others.willingness_sources] == pytest.approx(
        [row.weight for row in euros.willingness_sources]
    )


@settings(max_examples=50, deadline=None)
@given(st.floats(0.02, 0.5), st.floats(0.02, 0.5), st.sampled_from(["renewals", "direct", "indirect", "rep"]))
def test_another_source_that_agrees_never_widens_the_interval(sd, more, kind):
    first = [quotes(5.0, sd), asked(5.0 * Bias.from_literature().of("direct").median, sd)]
    alone = together([outcomes(5.0 / Assumptions().share.median)], first)
    form = "indirect" if kind == "indirect" else "direct"
    exact = 5.0 * Bias.from_literature().of(form).median
    another = {
        "renewals": renewals(5.0, more),
        "rep": WillingnessSource(source="renewals", estimate=said(5.0, more)),
        "direct": asked(exact, more, source="purchase_intent"),
        "indirect": asked(exact, more, source="choices", form="indirect"),
    }[kind]

    beside = together([outcomes(5.0 / Assumptions().share.median)], [*first, another])

    assert log_width(beside.willingness) <= log_width(alone.willingness) * (1 + 1e-9)
    assert beside.willingness.value == pytest.approx(5.0)


@settings(max_examples=50, deadline=None)
@given(LISTS)
def test_weights_are_shares_that_sum_to_one_in_each_list(numbers):
    paid, later, stated, sd = numbers
    found = together(
        [outcomes(), prior(50.0)],
        [quotes(paid, sd), renewals(later), asked(stated), asked(stated, source="choices", form="indirect")],
    )

    for rows in (found.worth_sources, found.willingness_sources):
        weights = [row.weight for row in rows]
        assert sum(weights) == pytest.approx(1.0)
        assert all(0 <= weight <= 1 for weight in weights)


@settings(max_examples=30, deadline=None)
@given(st.floats(1.0, 30.0), st.floats(1.0, 30.0))
def test_the_pool_lies_between_the_sources(one, other):
    assume(abs(one - other) > 1e-6)
    found = together([], [quotes(one), renewals(other)])

    assert min(one, other) < found.willingness.value < max(one, other)
    assert found.price_range == pytest.approx((min(one, other), max(one, other)))


def test_spreads_are_pooled_with_what_is_usual():
    tight = WillingnessSource(source="quotes", estimate=said(5.0), spread=said(0.4, 0.05, unit="log"))

    usual, told = together([], [quotes(5.0)]).spread, together([], [tight]).spread

    assert usual.value == pytest.approx(0.6)
    assert 0.4 < told.value < 0.5
    assert log_width(told) < log_width(usual)


def test_customers_whose_worth_differs_more_are_believed_to_differ_more_in_what_they_would_pay():
    alike, apart = (replace(outcomes(), spread=said(scale, 0.05, unit="log")) for scale in (0.1, 0.9))
    tight = WillingnessSource(source="quotes", estimate=said(5.0), spread=said(0.4, 0.01, unit="log"))

    one, other, told = (
        together(*lists).spread for lists in (([alike], []), ([apart], []), ([apart], [tight]))
    )

    assert one.value < 0.5
    assert 0.7 < other.value < 1.0
    assert 0.38 < told.value < 0.6


def test_what_tells_the_spread_tells_the_median_of_prices_that_all_lay_below_it():
    far_above = Joint(Belief(np.log(5.0), 0.3), Belief(np.log(0.6), 0.4), correlation=0.9)
    extrapolated = replace(quotes(5.0, 0.3), alone=far_above)
    narrow = replace(renewals(5.0, 3.0), spread=said(0.4, 0.01, unit="log"))

    found, alone = together([], [extrapolated, narrow]), together([], [extrapolated])

    assert alone.correlation > 0.5
    assert found.willingness.value < 0.9 * alone.willingness.value
    assert log_width(found.willingness) < log_width(alone.willingness)


def test_a_source_that_stands_twice_is_refused():
    with pytest.raises(InvalidInput, match="only once"):
        together([], [quotes(5.0), quotes(6.0)])


def test_evidence_in_another_unit_is_refused():
    with pytest.raises(InvalidInput, match="EUR/seat"):
        together([WorthSource(source="outcomes", estimate=said(40.0, unit="EUR/seat"))], [])


def test_stated_prices_cannot_be_anchors():
    with pytest.raises(InvalidInput, match="never taken as unbiased"):
        WillingnessSource(source="choices", estimate=said(5.0), form="indirect", anchored=True)


def test_rows_are_json_ready():
    (row,) = together([], [quotes(5.0)]).willingness_sources

    assert row.to_json() == {
        "source": "quotes", "estimate": said(5.0).to_json(), "alone": row.alone.to_json(),
        "weight": 1.0, "contradicts": [],
    }  # fmt: skip
