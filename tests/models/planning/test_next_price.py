"""The next price: what a question is worth, against sums by hand, and what the answers lead to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from models.errors import InvalidInput
from models.estimate import Label
from models.planning import next_price
from models.planning.next_price import BEYOND, LAPSE, LOG_SD, Belief

LABEL = Label(unit="EUR/posting")
LIST = np.array([5.0, 10.0, 20.0, 40.0, 80.0])


def best_price_of(median: float, log_sd: float) -> float:
    """Return the price of highest revenue among a log-normal population, found by trying."""
    loss = lambda log_p: -np.exp(log_p) * stats.norm.sf((log_p - np.log(median)) / log_sd)  # noqa: E731
    return float(np.exp(optimize.minimize_scalar(loss, bounds=np.log([median / 9, median * 9])).x))


def people(seed: int, n: int, *, median: float = 22.0, log_sd: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Ask people two prices each."""
    rng = np.random.default_rng(seed)
    willing = median * np.exp(log_sd * rng.normal(size=n))
    asked = np.stack([rng.permutation(LIST)[:2] for _ in range(n)])
    return asked, (willing[:, None] >= asked).astype(float)


def test_the_first_question_is_the_price_in_the_middle():
    first = Belief.before(LIST).next_price()

    assert first.price == 20.0
    assert first.gain == first.of_another > 0.1
    assert first.worth_asking


@pytest.mark.parametrize("log_sd", [0.1, 0.4, 1.5])
def test_the_best_price_of_a_population_is_the_one_that_trying_finds(log_sd):
    z = float(next_price._best_z(np.array([log_sd]))[0])

    assert 30 * np.exp(log_sd * z) == pytest.approx(best_price_of(30.0, log_sd), rel=1e-4)


@pytest.mark.parametrize("said", [[], [1.0], [0.0, 1.0]])
def test_the_gain_of_a_question_is_the_fall_of_variance_as_it_is_defined(said):
    """Every cell, price, answer and gap of a coarse grid of our own, in plain sums."""
    asked, answers = people(0, 15)
    belief, now = Belief.before(LIST).heard(asked, answers), list(LIST[[3, 1]])[: len(said)]
    reach = BEYOND * np.log(16)
    mus = np.linspace(np.log(5) - reach, np.log(80) + reach, 100)
    sigmas = np.exp(np.linspace(*np.log(LOG_SD), 40))
    fine = np.exp(np.linspace(np.log(0.2), np.log(2000), 400))  # willingness to pay, finely

    def chance(price: float, answer: float) -> np.ndarray:
        yes = LAPSE / 2 + (1 - LAPSE) * (fine >= price)
        return yes if answer == 1 else 1 - yes

    heard = np.ones((15, len(fine)))
    for i in range(15):
        for price, answer in zip(asked[i], answers[i], strict=True):
            heard[i] *= chance(price, answer)
    present = np.prod([chance(p, a) for p, a in zip(now, said, strict=True)], axis=0) * np.ones(len(fine))
    cells = []
    for mu in mus:
        for sigma in sigmas:
            mass = stats.norm.pdf((np.log(fine) - mu) / sigma)
            mass /= mass.sum()
            cells.append((mass @ present * np.prod(heard @ mass), mu + sigma * _z(sigma), mass))
    weight = np.array([cell[0] for cell in cells])
    v = np.array([cell[1] for cell in cells])

    def variance(w: np.ndarray) -> float:
        return float(w @ v**2 / w.sum() - (w @ v / w.sum()) ** 2)

    def gain(price: float) -> float:
        left = 0.0
        for answer in (0, 1):
            after = weight * [m @ (present * chance(price, answer)) / (m @ present) for *_, m in cells]
            left += after.sum() / weight.sum() * variance(after)
        return 1 - left / variance(weight)

    gains = {price: gain(price) for price in LIST if price not in now}
    question = belief.next_price(now, said)

    assert question.price == max(gains, key=gains.get)
    assert question.gain == pytest.approx(max(gains.values()), rel=0.03)


def _z(sigma: float) -> float:
    return float(next_price._best_z(np.array([sigma]))[0])


def test_the_best_price_is_found_and_the_band_closes():
    truth = best_price_of(22.0, 0.4)
    some, many = (Belief.before(LIST).heard(*people(3, n)).best_price(LABEL) for n in (40, 2000))

    assert some.low < truth < some.high
    assert many.value == pytest.approx(truth, rel=0.05)
    assert np.log(many.high / many.low) < 0.3 * np.log(some.high / some.low)
    assert (some.n, some.unit) == (40, "EUR/posting")


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_neither_the_order_of_respondents_nor_their_questions_order_changes_a_bit(seed):
    asked, said = people(seed, 12)
    order = np.random.default_rng(seed).permutation(12)

    at_once = Belief.before(LIST).heard(asked, said)
    one_by_one = Belief.before(LIST)
    for i in order:
        one_by_one = one_by_one.heard(asked[i : i + 1, ::-1], said[i : i + 1, ::-1])

    assert at_once.best_price(LABEL) == one_by_one.best_price(LABEL)
    assert at_once.next_price() == one_by_one.next_price()


@settings(max_examples=10)
@given(st.integers(0, 1000), st.floats(0.001, 1000))
def test_in_another_currency_the_same_price_is_asked(seed, rate):
    asked, said = people(seed, 12)

    here, there = (Belief.before(LIST * r).heard(asked * r, said) for r in (1, rate))

    assert there.next_price().price == pytest.approx(here.next_price().price * rate)
    assert there.best_price(LABEL).high == pytest.approx(here.best_price(LABEL).high * rate)


def test_what_an_answer_has_settled_is_not_asked_again():
    belief = Belief.before(LIST, lapse=1e-6)

    question = belief.next_price([40.0], [1])

    assert question.price == 80.0
    settled = belief.next_price([40.0, 80.0], [1, 0])
    assert settled.gain < 1e-4
    assert not settled.worth_asking


def test_fewer_questions_to_some_are_the_same_as_those_alone():
    asked, said = people(1, 6)
    padded = np.column_stack([asked, np.full(6, np.nan)])
    answers = np.column_stack([said, np.full(6, np.nan)])

    once, again = (Belief.before(LIST).heard(a, s) for a, s in ((asked, said), (padded, answers)))

    assert once.best_price(LABEL) == again.best_price(LABEL)


def test_where_all_say_yes_the_best_price_may_lie_beyond_the_list():
    found = Belief.before(LIST).heard(np.tile(LIST[-2:], (20, 1)), np.ones((20, 2))).best_price(LABEL)

    assert found.high > 80
    assert [caveat.code for caveat in found.warnings] == ["beyond_list"]


def test_before_anybody_is_asked_there_is_no_best_price():
    assert Belief.before(LIST).best_price(LABEL).reason == "no_answers"


def test_calls_that_make_no_sense_are_refused():
    for prices in ([5.0], [0.0, 1.0], [5.0, 5.0]):
        with pytest.raises(InvalidInput, match="prices"):
            Belief.before(prices)
    belief = Belief.before(LIST)
    with pytest.raises(InvalidInput, match="list"):
        belief.heard([[11.0]], [[1]])
    with pytest.raises(InvalidInput, match="1 for yes"):
        belief.heard([[10.0]], [[2]])
    with pytest.raises(InvalidInput, match="alike"):
        belief.heard([[10.0]], [[1, 0]])
    with pytest.raises(InvalidInput, match="every price"):
        belief.next_price(LIST, [1, 1, 1, 0, 0])
