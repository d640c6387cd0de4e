"""Where customers stand by what they would pay: from when on it counts, and where those stand who told nothing."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.raises.decisions import Decisions
from models.pricing.raises.response import FEWEST_LEFT, PriceResponse
from pricing_service.decisions._raise_standing import Standing, drawn_in, from_middle
from pricing_service.decisions._raise_willingness import Willingness

NEVER = np.iinfo(np.int64).max
FIRST, LAST = 100, 123
PEOPLE = 60


def willing(said: np.ndarray, noise: float = 0.0) -> Willingness:
    logs = np.log(said)[None]
    return Willingness(("price_sensitivity",), logs, np.where(np.isfinite(logs), noise, np.nan))


def standing(
    said: np.ndarray, *, gone: int = FEWEST_LEFT, share: np.ndarray | None = None
) -> Standing | None:
    """Customers who pay 100; the last ones left, one a month until the last month."""
    gone_in = np.full(PEOPLE, NEVER)
    gone_in[PEOPLE - gone :] = LAST - 1 - np.arange(gone)
    z = np.full(PEOPLE, np.nan) if share is None else share
    return Standing.of(willing(said), np.full(PEOPLE, 100.0), z, gone_in, months=(FIRST, LAST))


def people(at: int, *, month: int, age: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([at]), np.array([age]), np.array([month])


SAID = np.geomspace(50, 200, PEOPLE)


def test_who_said_least_stands_highest_and_the_middle_at_none():
    found = standing(SAID)

    assert found is not None
    assert (np.diff(found.place) < 0).all()
    assert np.median(found.place) == pytest.approx(0.0, abs=1e-9)
    assert found.place[0] == pytest.approx(np.log(2), abs=0.02)


def test_what_was_said_counts_from_the_month_in_which_the_first_of_them_left():
    found = standing(SAID)

    assert found is not None
    assert found.since == LAST - FEWEST_LEFT
    before, since = (found.at(*people(0, month=month))[0] for month in (found.since - 1, found.since))
    assert (before, since) == (0.0, found.place[0])
    assert found.at(*people(0, month=LAST, age=5))[0] == 0.0


def test_where_too_few_of_those_who_told_it_left_it_is_not_known():
    assert standing(SAID, gone=FEWEST_LEFT - 1) is None


def test_who_told_nothing_stands_where_those_of_its_share_of_value_stand_on_average():
    share = np.random.default_rng(0).normal(0, 0.5, PEOPLE)
    said = 100 * np.exp(-0.4 * share)
    said[:10] = np.nan

    found = standing(said, share=share)

    assert found is not None
    assert not found.told[:10].any()
    assert found.place[:10] == pytest.approx(0.4 * share[:10], abs=0.03)


def test_levels_are_of_half_years_and_of_those_who_told_it():
    found = standing(SAID)

    assert found is not None
    assert found.halves == 4
    now, before = (np.concatenate(found.levels(*people(0, month=month))) for month in (LAST, LAST - 6))
    v = found.place[0]
    assert now == pytest.approx([v, v * v, 1, 0, 0, 0, 0, 0, 0])
    assert before == pytest.approx([v, v * v, 0, 1, 0, 0, 1, 0, 0])


def test_noisy_answers_are_drawn_to_the_middle_and_strangers_held_within_two_logs():
    far = from_middle(np.array([-9.0, 0.0, 9.0, np.nan]))

    assert far[:3].tolist() == [-2.0, 0.0, 2.0]
    assert np.isnan(far[3])
    drawn = drawn_in(np.array([-1.0, 1.0]), np.array([0.0, 0.5]))
    assert abs(drawn[1]) < abs(drawn[0])


@pytest.mark.parametrize("answers", ["in one month", "one by one"])
def test_who_stayed_to_be_asked_takes_nothing_from_what_is_learned(answers: str):
    """Half are raised by lot in month 6; only who is still there when asked, in month 10 or any month, tells it."""
    thetas = [survivors_asked(seed, together=answers == "in one month") for seed in range(8)]

    # Taken for known all along, it is read as 5.1 where they were asked in one month, and as 4.4 else.
    assert np.mean(thetas) == pytest.approx(4.0, abs=0.25)


def survivors_asked(seed: int, *, together: bool, n: int = 1500, months: int = 18) -> float:
    rng = np.random.default_rng((seed, 9))
    v, asked = rng.normal(0, 0.4, n), np.log(1.2) * (rng.random(n) < 0.5)
    month = np.broadcast_to(np.arange(months)[:, None], (months, n))
    u = np.where(month >= 6, asked, 0.0)
    leaves = rng.random(u.shape) < 1 / (1 + np.exp(3.5 - 4 * np.exp(0.6 * v) * np.expm1(u)))
    gone_in = np.where(leaves.any(axis=0), leaves.argmax(axis=0), NEVER)
    when = np.full(n, 10) if together else rng.integers(0, months, n)
    said = np.where((rng.random(n) < 0.67) & (gone_in >= when), 100 * np.exp(-v), np.nan)
    found = Standing.of(willing(said), np.full(n, 100.0), np.full(n, np.nan), gone_in, months=(0, months))
    assert found is not None
    place = (np.cumsum(leaves, axis=0) - leaves == 0).T
    who, at = np.nonzero(place)
    age = np.full(who.size, 12)
    levels = np.column_stack([np.ones(who.size), *found.levels(who, age, at)]).astype(np.float64)
    rows = Decisions(
        left=leaves.T[place], given=u.T[place], other=np.zeros((who.size, 0)), known=levels, customer=who,
        position=np.column_stack([np.zeros(who.size), found.at(who, age, at)]),
    )  # fmt: skip
    return float(np.median(PriceResponse(draws=100).fit(rows).theta))
