"""The price questions on 1,500 real respondents, who round their answers and a fifth of whom answer out of order."""

from __future__ import annotations

import csv
from math import ceil
from pathlib import Path

import numpy as np
import pytest

from models.resampling import bootstrap_weights
from models.surveys._base import Asked
from models.surveys._crossings import Crossing, placed
from models.surveys._price_sensitivity import QUESTIONS, PriceSensitivity
from models.surveys.van_westendorp import VanWestendorp

pytestmark = pytest.mark.real_data
ASKED = Asked(unit="USD", resamples=300)
POINTS = ("pmc", "opp", "idp", "pme")


@pytest.fixture(scope="module")
def answers(real_data: Path) -> PriceSensitivity:
    with (real_data / "vw_product_survey" / "responses.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    prices = {question: np.array([float(row[question]) for row in rows]) for question in QUESTIONS}
    ids = np.array([row["respondent"] for row in rows], dtype=object)
    return PriceSensitivity.of({"respondent_id": ids, **prices})


def test_ties_are_in_order_where_the_reference_throws_them_away(answers: PriceSensitivity) -> None:
    rising = (np.diff(answers.prices, axis=1) > 0).all(axis=1)

    assert len(rising) == 1_500
    assert (~rising).sum() == 368
    assert (~answers.in_order).sum() == 275


def test_respondents_whose_answers_rise_have_the_points_of_the_reference(answers: PriceSensitivity) -> None:
    rising = answers.only((np.diff(answers.prices, axis=1) > 0).all(axis=1))

    points = VanWestendorp(convention="strict").points(rising, ASKED)

    # The reference tries every cent and takes the first at or above the crossing …
    assert [ceil(points[name].value * 100) / 100 for name in POINTS] == [19.64, 39.08, 39.17, 59.11]
    # … or, without interpolation, every price that somebody answered.
    answered = np.unique(rising.prices)
    assert [answered[np.searchsorted(answered, points[name].value)] for name in POINTS] == [20, 40, 40, 60]


def test_all_are_read_and_the_points_rise(answers: PriceSensitivity) -> None:
    reading = VanWestendorp().read(answers, ASKED)

    assert [point.n for point in reading.points.values()] == [1_500] * 4
    pmc, opp, idp, pme = (reading.points[name] for name in POINTS)
    assert pmc.value < min(opp.value, idp.value) <= max(opp.value, idp.value) < pme.value
    assert pmc.high < pme.low
    assert pmc.value < reading.best_price["reach"].value < pme.value
    assert {flag.code: len(flag.respondents) for flag in reading.flags}["out_of_order"] == 275


def test_dropping_a_fifth_of_the_answers_moves_points_by_a_tenth_and_more(answers: PriceSensitivity) -> None:
    modelled, dropped, kept = (
        np.array([VanWestendorp().points(answers.treated(how), ASKED)[name].value for name in POINTS])
        for how in ("model", "drop", "keep")
    )

    assert np.abs(np.log(kept / modelled)).max() < 0.04
    assert 0.1 < np.abs(np.log(dropped / modelled)).max() < 0.16


def test_round_answers_are_said_to_be_round(answers: PriceSensitivity) -> None:
    assert "heaped_answers" in {caveat.code for caveat in VanWestendorp().read(answers, ASKED).caveats}


def test_intervals_of_rounded_answers_agree_with_a_bootstrap(answers: PriceSensitivity) -> None:
    prices, places = placed(answers.prices)
    crossing = Crossing(prices, places[:, 1], places[:, 2])
    once = np.ones(1_500)
    value, _ = crossing.stretch(once)

    found = crossing.estimate(once, cluster=np.arange(1_500), value=value, label=ASKED.label(""))

    drawn = [crossing.stretch(w)[0] for w in bootstrap_weights(1_500, draws=1_000, seed=1)]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])), rel=0.03)
