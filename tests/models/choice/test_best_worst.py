"""Best/worst answers: shares and money recovered, dependence respected, and what cannot be told said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from models.choice.best_worst import FEWEST_CLUSTERS, BestWorst, BestWorstAnswers, FeaturePreferences
from models.errors import InvalidInput, NotEstimable, TooFewCustomers

FEATURES = ("alerts", "api", "exports", "search", "sso")
UTILITY = np.array([0.4, -0.3, -0.9, 1.2, -0.4])


def survey(seed: int, people: int, *, sets: int = 6, size: int = 3) -> BestWorstAnswers:
    """Answers of people who all want the same."""
    rng = np.random.default_rng(seed)
    columns = []
    for i in range(people):
        for task in range(sets):
            shown = np.sort(rng.choice(len(FEATURES), size, replace=False))
            best = int(np.argmax(UTILITY[shown] + rng.gumbel(size=size)))
            dislike = -UTILITY[shown] + rng.gumbel(size=size)
            dislike[best] = -np.inf
            worst = int(np.argmax(dislike))
            columns += [(f"r{i:03d}", task, FEATURES[f], k == best, k == worst) for k, f in enumerate(shown)]
    return BestWorstAnswers(
        **dict(
            zip(("respondent", "task", "feature", "best", "worst"), zip(*columns, strict=True), strict=True)
        )
    )


def rows(answers: BestWorstAnswers, order: np.ndarray) -> BestWorstAnswers:
    columns = {
        name: np.asarray(column, dtype=object)[order]
        for name, column in vars(answers).items()
        if column is not None
    }
    return replace(answers, **columns)


def shares(found: FeaturePreferences) -> np.ndarray:
    return np.array([[e.value, e.low, e.high] for e in found.share.values()])


def test_shares_are_recovered_and_sum_to_one():
    found = BestWorst().fit(survey(0, 400))

    truth = special.softmax(UTILITY)
    assert list(found.share) == list(FEATURES)
    assert shares(found)[:, 0] == pytest.approx(truth, rel=0.1)
    assert sum(estimate.value for estimate in found.share.values()) == pytest.approx(1.0)
    assert (found.respondents, found.clusters, found.sets) == (400, 400, 2400)


def test_the_estimate_maximises_the_likelihood_as_it_is_written_in_the_paper():
    answers = survey(1, 30)
    sets: dict[tuple, list[tuple[int, bool, bool]]] = {}
    for respondent, task, feature, best, worst in zip(
        answers.respondent, answers.task, answers.feature, answers.best, answers.worst, strict=True
    ):
        sets.setdefault((respondent, task), []).append((FEATURES.index(feature), best, worst))

    def loss(u: np.ndarray) -> float:
        total = (u @ u) / 18  # the prior
        for shown in sets.values():
            best, worst = (next(f for f, *marks in shown if marks[k]) for k in (0, 1))
            total -= u[best] - np.log(sum(np.exp(u[f]) for f, *_ in shown))
            total -= -u[worst] - np.log(sum(np.exp(-u[f]) for f, *_ in shown if f != best))
        return float(total)

    reference = optimize.minimize(loss, np.zeros(5), tol=1e-10).x

    assert BestWorst().fit(answers).utility == pytest.approx(reference, abs=1e-4)


def test_of_two_features_the_share_is_that_of_those_who_chose_it():
    people = np.repeat(np.arange(1000), 2)
    wins = people < 700
    first = np.tile([True, False], 1000)
    found = BestWorst().fit(
        BestWorstAnswers(
            respondent=people, task=np.ones(2000), feature=np.tile(["a", "b"], 1000),
            best=first == wins, worst=first != wins,
        )
    )  # fmt: skip
    share = found.share["a"]

    assert share.value == pytest.approx(0.7, abs=1e-3)
    # the interval of a share of 1,000, and not of 2,000: who names the best of two names the worst as well
    assert share.high - share.low == pytest.approx(2 * 1.645 * np.sqrt(0.21 / 1000), rel=0.02)


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(seed):
    answers = survey(seed, 12)
    order = np.random.default_rng(seed).permutation(len(answers.task))

    shuffled = BestWorst().fit(rows(answers, order))

    np.testing.assert_allclose(shares(shuffled), shares(BestWorst().fit(answers)), rtol=1e-7)


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_best_and_worst_swapped_turn_the_order_around_where_sets_are_pairs(seed):
    answers = survey(seed, 12, size=2)

    found = BestWorst().fit(answers)
    swapped = BestWorst().fit(replace(answers, best=answers.worst, worst=answers.best))

    assert swapped.utility == pytest.approx(-found.utility, abs=1e-8)


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_a_weight_of_two_is_the_same_respondent_asked_twice(seed):
    answers = survey(seed, 12)
    heavy = np.asarray(answers.respondent, dtype=object) < "r004"
    weighted = BestWorst().fit(replace(answers, weight=1.0 + heavy))
    twice = rows(answers, np.concatenate([np.arange(len(heavy)), np.flatnonzero(heavy)]))
    twin = [f"{name} again" if i >= len(heavy) else name for i, name in enumerate(twice.respondent)]

    written_out = BestWorst().fit(replace(twice, respondent=twin, customer=twice.respondent))

    np.testing.assert_allclose(shares(weighted), shares(written_out), rtol=1e-7)


def test_contacts_of_one_customer_count_as_one():
    answers = survey(3, 40)
    customer = np.array([int(name[1:]) // 4 for name in answers.respondent], dtype=object)

    found = BestWorst().fit(replace(answers, customer=customer))

    assert (found.respondents, found.clusters) == (40, 10)
    assert {estimate.n for estimate in found.share.values()} == {10}


def test_copies_of_an_answer_by_one_customer_make_no_interval_narrower():
    answers = survey(3, 30)
    n = len(answers.task)
    thrice = rows(answers, np.tile(np.arange(n), 3))
    copies = [f"{name}-{i // n}" for i, name in enumerate(thrice.respondent)]

    once = shares(BestWorst().fit(answers))
    found = shares(BestWorst().fit(replace(thrice, respondent=copies, customer=thrice.respondent)))

    # all but the prior, which weighs a third of what it did
    np.testing.assert_allclose(found, once, rtol=0.03)


def test_features_that_never_meet_are_refused_and_named():
    answers = survey(4, 20)
    apart = replace(
        answers,
        feature=[
            f if int(name[1:]) % 2 else f"{f}+"
            for f, name in zip(answers.feature, answers.respondent, strict=True)
        ],
    )

    with pytest.raises(NotEstimable, match=r"alerts, api, exports, search, sso; alerts\+") as refusal:
        BestWorst().fit(apart)
    assert refusal.value.reason == "disconnected_design"


def test_few_respondents_and_no_answers_are_refused():
    with pytest.raises(TooFewCustomers):
        BestWorst().fit(survey(0, FEWEST_CLUSTERS - 1))
    silent = survey(0, 20)
    nothing = [False] * len(silent.best)
    with pytest.raises(NotEstimable, match="no set") as refusal:
        BestWorst().fit(replace(silent, best=nothing, worst=nothing))
    assert refusal.value.reason == "no_answers"


def test_a_feature_that_always_loses_has_a_small_share_and_honest_doubt():
    answers = survey(5, 12)
    loses = np.asarray(answers.feature) == "sso"
    keys = [(r, t) for r, t in zip(answers.respondent, answers.task, strict=True)]
    shown = {key for key, lost in zip(keys, loses, strict=True) if lost}
    there = np.array([key in shown for key in keys])
    best = np.asarray(answers.best) & ~there  # sets with the loser name only a worst
    worst = np.where(there, loses, answers.worst)

    found = BestWorst().fit(replace(answers, best=best, worst=worst))

    assert [caveat.code for caveat in found.caveats] == ["one_sided"]
    share = found.share["sso"]
    assert share.value < 0.02
    assert share.high > 2 * share.value


def test_a_set_with_two_best_is_left_out_and_counted():
    answers = survey(6, 20)
    best = np.array(answers.best)
    best[:3] = True

    found = BestWorst().fit(replace(answers, best=best))

    assert found.sets == 119
    assert found.caveats[0].code == "ambiguous_sets"
    assert found.caveats[0].message.startswith("1 sets")


def test_one_anchor_makes_money_of_shares_and_says_what_that_takes_for_granted():
    found = BestWorst(anchors={"api": 30.0}, unit="EUR/month").fit(survey(7, 200))

    ratio = found.share["search"].value / found.share["api"].value
    money = found.money["search"]
    assert money.value == pytest.approx(30 * ratio)
    assert money.low < 30 * np.exp(1.5) < money.high
    assert money.unit == "EUR/month"
    assert [caveat.code for caveat in money.warnings] == ["one_anchor"]
    assert found.money["api"].low == pytest.approx(30.0) == found.money["api"].high


def test_two_anchors_tell_how_steeply_money_rises_with_preference():
    # money = 50 exp(u / 2): a ratio of shares of e is one of √e in money
    truth = 50 * np.exp(UTILITY / 2)
    anchors = {"exports": truth[2], "search": truth[3]}

    money = BestWorst(anchors=anchors).fit(survey(8, 300)).money

    for name, true in zip(FEATURES, truth, strict=True):
        assert money[name].low * 0.999 <= true <= money[name].high * 1.001
        assert not money[name].warnings


def test_anchors_that_lie_off_the_line_make_money_as_uncertain_as_they_are():
    line = dict(zip(FEATURES, 50 * np.exp(UTILITY / 2), strict=True))
    off = dict(zip(FEATURES, 50 * np.exp(UTILITY / 2) * [1.4, 0.7, 1.3, 1.0, 0.8], strict=True))

    straight, crooked = (BestWorst(anchors=anchors).fit(survey(8, 1000)).money for anchors in (line, off))

    for name in FEATURES:
        assert straight[name].low < line[name] < straight[name].high
        assert crooked[name].low < off[name] < crooked[name].high
        assert np.log(crooked[name].high / crooked[name].low) > 3 * np.log(
            straight[name].high / straight[name].low
        )


@given(st.floats(0.001, 1000))
@settings(max_examples=5)
def test_money_in_another_currency_is_the_same_money(rate):
    answers, anchors = survey(9, 20), {"api": 30.0, "search": 90.0}

    once = BestWorst(anchors=anchors).fit(answers).money["sso"]
    other = BestWorst(anchors={name: m * rate for name, m in anchors.items()}).fit(answers).money["sso"]

    np.testing.assert_allclose(
        [other.value, other.low, other.high], rate * np.array([once.value, once.low, once.high])
    )


@pytest.mark.parametrize(
    ("anchors", "reason"),
    [({"search": 10.0, "exports": 90.0}, "anchors_contradict"), ({"api": 20.0, "sso": 21.0}, "anchors")],
)
def test_anchors_that_tell_nothing_make_no_money(anchors, reason):
    money = BestWorst(anchors=anchors).fit(survey(10, 12)).money

    assert all(estimate.reason.startswith(reason) for estimate in money.values())


def test_calls_that_make_no_sense_are_refused():
    with pytest.raises(InvalidInput, match="api"):
        BestWorst(anchors={"api": 0.0})
    with pytest.raises(InvalidInput, match="never shown"):
        BestWorst(anchors={"fax": 1.0}).fit(survey(0, 10))
    with pytest.raises(InvalidInput, match="equally long"):
        BestWorst().fit(replace(survey(0, 10), best=[True]))
    with pytest.raises(InvalidInput, match="weights"):
        BestWorst().fit(replace(survey(0, 10), weight=-np.ones(180)))
