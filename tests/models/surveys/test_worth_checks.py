"""Worth checks: the median worth from verdicts and numbers, with the pull of the figure shown removed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.surveys._base import Asked, Reading
from models.surveys.worth_checks import WorthCheckAnswers, WorthChecks


def survey(
    seed: int, n: int, *, shown: np.ndarray | None = None, pull: float = 0.0, rate: float = 1.0, **columns
):
    """Worth around 12 with spread 0.6; six in ten who disagree say a number of their own."""
    rng = np.random.default_rng(seed)
    worth = 12 * np.exp(0.6 * rng.standard_normal(n))
    shown = rng.choice([6.0, 12, 24], n) if shown is None else shown
    answer = worth ** (1 - pull) * shown**pull
    verdict = np.select([answer > 1.1 * shown, answer < shown / 1.1], ["too_low", "too_high"], "accurate")
    stated = np.where((verdict != "accurate") & (rng.random(n) < 0.6), answer, np.nan)
    return WorthCheckAnswers.of(
        {"respondent_id": np.array([f"r{i:04d}" for i in range(n)], dtype=object), "estimate": rate * shown,
         "verdict": verdict.astype(object), "stated": rate * stated, **columns}
    )  # fmt: skip


def read(answers: WorthCheckAnswers, *, tolerance: float = 0.1, **asked: float) -> Reading:
    return WorthChecks(tolerance=tolerance).read(answers, Asked(unit="EUR/posting", resamples=400, **asked))


def codes(reading: Reading) -> list[str]:
    return [caveat.code for caveat in reading.caveats]


def test_each_answer_is_the_interval_that_it_says():
    answers = WorthCheckAnswers.of(
        {
            "respondent_id": np.array([f"r{i}" for i in range(6)], dtype=object),
            "estimate": np.full(6, 10.0),
            "verdict": np.array(
                ["accurate", "too_low", "too_high", "too_low", "too_high", "too_low"], dtype=object
            ),
            "stated": np.array([np.nan, np.nan, np.nan, 20, 5, 4]),
        }
    )

    intervals, torn = answers.intervals(0.25)

    np.testing.assert_allclose(intervals.lower, [8, 12.5, 0, 16, 4, 3.2])
    np.testing.assert_allclose(intervals.upper, [12.5, np.inf, 8, 25, 6.25, 5])
    assert torn.tolist() == [False] * 5 + [True]


@pytest.mark.parametrize("pull", [0.0, 0.3, 0.6])
def test_the_median_worth_and_the_pull_are_found_where_the_figure_shown_varies(pull):
    reading = read(survey(0, 3000, pull=pull))

    anchoring = reading.details["anchoring"]
    assert reading.about == "worth"
    assert reading.typical.value == pytest.approx(12, rel=0.04)
    assert anchoring["value"] == pytest.approx(pull, abs=0.04)
    assert reading.details["log_sd"] == pytest.approx(0.6, abs=0.05)
    assert codes(reading) == ["estimates_taken_as_random"]


def test_figures_that_are_all_too_high_do_not_pull_the_median_along():
    shown = np.random.default_rng(1).choice([15.0, 30, 60], 2000)

    typical = read(survey(2, 2000, shown=shown, pull=0.4)).typical

    assert typical.low < 12 < typical.high


def test_one_figure_for_all_warns_and_widens():
    one, varied = read(survey(3, 500, shown=np.full(500, 20.0))), read(survey(3, 500))

    assert codes(one) == ["anchoring_not_identified"]
    assert one.typical.warnings[0].code == "anchoring_not_identified"
    assert one.typical.high / one.typical.low > 2 * varied.typical.high / varied.typical.low
    assert one.typical.low < 12 < one.typical.high


def test_with_one_figure_only_the_prior_speaks_of_the_pull():
    few, many = (read(survey(4, n, shown=np.full(n, 20.0))).details["anchoring"] for n in (50, 1000))

    assert few["value"] == pytest.approx(many["value"], rel=1e-4)
    assert few["value"] == pytest.approx(
        0.8 / 3, abs=0.005
    )  # a pull with chance 0.8, then one third on average


def test_a_number_against_the_own_verdict_and_a_slip_of_the_unit_are_flagged():
    answers = survey(5, 60)
    stated = answers.stated.copy()
    verdict = answers.verdict.copy()
    verdict[0], stated[0] = "too_low", answers.estimate[0] / 3
    verdict[1], stated[1] = "too_low", 12_000.0
    changed = WorthCheckAnswers(
        answers.respondents, answers.estimate, verdict, stated, answers.weight, answers.cluster
    )  # fmt: skip

    flags = {flag.code: flag.respondents for flag in read(changed).flags}

    assert flags["contradictory"] == ("r0000",)
    assert flags["unit_slip"] == ("r0001",)


def test_verdicts_alone_without_any_number_suffice():
    reading = read(survey(6, 1500, stated=np.full(1500, np.nan)))

    assert reading.typical.low < 12 < reading.typical.high


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_currency_scales_and_the_order_of_respondents_is_nothing(seed):
    plain, dollars = read(survey(seed, 60)).typical, read(survey(seed, 60, rate=1.3)).typical

    for end in ("value", "low", "high"):
        assert getattr(dollars, end) == pytest.approx(1.3 * getattr(plain, end), rel=1e-4)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_a_weight_of_two_is_a_colleague_who_answers_alike(seed):
    times = np.random.default_rng(seed).integers(1, 3, 40)
    who = np.array([f"c{i:02d}" for i in range(40)], dtype=object)
    one = survey(seed, 40, weight=times.astype(float), customer_id=who)
    again = np.repeat(np.arange(40), times)
    two = WorthCheckAnswers.of(
        {
            "respondent_id": np.array([f"r{i:03d}" for i in range(again.size)], dtype=object),
            "customer_id": who[again], "estimate": one.estimate[again], "verdict": one.verdict[again],
            "stated": one.stated[again],
        }
    )  # fmt: skip

    weighted, doubled = read(one).typical, read(two).typical

    assert weighted.n == doubled.n == 40
    for end in ("value", "low", "high"):
        assert getattr(weighted, end) == pytest.approx(getattr(doubled, end), rel=1e-4)


def test_rows_may_come_in_any_order():
    answers = survey(7, 50)
    order = np.random.default_rng(0).permutation(50)
    columns = {"respondent_id": np.array(answers.respondents, dtype=object), "estimate": answers.estimate,
               "verdict": answers.verdict, "stated": answers.stated}  # fmt: skip
    shuffled = WorthCheckAnswers.of({name: values[order] for name, values in columns.items()})

    assert read(shuffled).typical == read(answers).typical


def test_where_all_say_accurate_to_one_figure_there_is_no_spread_to_see():
    answers = WorthCheckAnswers.of(
        {
            "respondent_id": np.array(["r1", "r2", "r3"], dtype=object),
            "estimate": np.full(3, 10.0),
            "verdict": np.array(["accurate"] * 3, dtype=object),
        }
    )

    assert read(answers).typical.reason == "no_spread"


def test_a_figure_of_zero_shows_nothing():
    with pytest.raises(NotEstimable) as refusal:
        survey(8, 3, shown=np.zeros(3))

    assert refusal.value.reason == "no_answers"


@pytest.mark.parametrize("tolerance", [0.0, 1.0, -0.1])
def test_a_tolerance_that_is_no_share_is_refused(tolerance):
    with pytest.raises(InvalidInput):
        WorthChecks(tolerance=tolerance)


def test_the_reading_can_be_written_as_json():
    details = read(survey(9, 40)).details

    assert json.loads(json.dumps(details)) == details
