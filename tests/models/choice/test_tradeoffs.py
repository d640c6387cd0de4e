"""What an attribute is worth: means and quantiles over people, and what may not change them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.logit import Logit
from models.choice.populations import of_logit
from models.choice.preferences import Population, Preferences
from models.choice.tradeoffs import part_worth, willingness
from models.estimate import Label
from tests.models.choices import choices

LABEL = Label(unit="EUR/month")
WORTHS = np.array([1.0, 2, 3, 10])


def kinds(share) -> Preferences:
    people = Population(np.column_stack([-np.ones(4) / 2, WORTHS / 2])[None], np.array([share], dtype=float))
    drawn = Population(np.tile(people.beta, (50, 1, 1)), np.tile(people.share, (50, 1)))
    return Preferences(
        names=("price", "fast"), price=0, none=None, best=people, drawn=drawn, respondents=40, clusters=40
    )


@pytest.mark.parametrize(
    ("share", "quantile", "worth"),
    [
        ([0.25, 0.25, 0.25, 0.25], None, 4.0),
        ([0.25, 0.25, 0.25, 0.25], 0.5, 2.5),
        ([0.0, 0.0, 1.0, 0.0], 0.5, 3.0),
        ([0.7, 0.1, 0.1, 0.1], None, 2.2),
    ],
)
def test_the_mean_and_the_median_person_are_those_of_the_shares(share, quantile, worth):
    assert willingness(kinds(share), 1, label=LABEL, quantile=quantile).value == pytest.approx(worth)


def test_the_part_worth_is_in_utility_and_the_worth_in_money():
    people = kinds([0.25] * 4)

    assert part_worth(people, 1, label=LABEL).value == pytest.approx(2.0)
    assert willingness(people, 1, label=LABEL).value == pytest.approx(4.0)


def test_the_worth_of_an_attribute_follows_the_currency():
    tasks = choices(np.tile([-0.3, -1.0, 0.5, 0.2], (80, 1)), seed=0)

    def worth(tasks):
        return willingness(of_logit(Logit().fit(tasks), tasks, draws=500, seed=0), 2, label=LABEL)

    here, abroad = worth(tasks), worth(replace(tasks, X=tasks.X * [7.3, 1, 1, 1]))

    assert [abroad.value, abroad.low, abroad.high] == pytest.approx(
        [7.3 * each for each in (here.value, here.low, here.high)], rel=1e-5
    )
    assert here.low < 0.5 / 0.3 < here.high
