"""The scorecard: its reasons are the whole of a score, it says what it has not seen, and it survives being stored."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.special import logit

from models.ideal_customers.fitting import fit_scorecard
from models.ideal_customers.levels import coded, levels_of
from models.ideal_customers.scorecard import Scorecard


@pytest.fixture(scope="module")
def card() -> Scorecard:
    """German customers and large ones succeed; shops are German, agencies are French."""
    rng = np.random.default_rng(0)
    country = rng.choice(["DE", "FR"], 600)
    values = {
        "country": country.tolist(),
        "sells": np.where(country == "DE", "shop", "agency").tolist(),
        "staff": rng.integers(1, 200, 600).tolist(),
    }
    chance = 0.15 + 0.35 * (country == "DE") + 0.2 * (np.array(values["staff"]) > 130)
    traits = [levels_of(name, each) for name, each in values.items()]
    success = (rng.random(600) < chance).astype(float)
    return fit_scorecard(traits, coded(traits, values), success, seed=0).scorecard


USUAL = {"country": "DE", "sells": "shop", "staff": 160}


def test_the_reasons_are_the_whole_score(card):
    found = card.score(USUAL)

    odds = math.exp(card.constant) * math.prod(reason.factor for reason in found.reasons)
    assert found.value == pytest.approx(odds / (1 + odds))
    assert found.low < found.value < found.high


def test_the_strongest_reason_comes_first_and_weak_ones_are_not_told(card):
    strengths = [abs(math.log(reason.factor)) for reason in card.score(USUAL).reasons]

    assert strengths == sorted(strengths, reverse=True)
    assert min(strengths) >= math.log(1.05)


def test_the_interval_is_wider_at_a_higher_level(card):
    narrow, wide = card.score(USUAL, level=0.8), card.score(USUAL, level=0.99)

    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_familiar_lead_is_not_called_unlike(card):
    assert not card.score(USUAL).unlike_anything_seen


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        (USUAL | {"country": "JP"}, "no customer had country JP"),
        (USUAL | {"staff": 90_000}, "no customer had staff 90000"),
        ({"country": "DE", "sells": "agency", "staff": 160}, "hardly any customer had"),
        ({}, "none of its traits is known"),
    ],
)
def test_a_lead_unlike_anything_seen_is_said_to_be_so_and_why(card, lead, told):
    found = card.score(lead)

    assert found.unlike_anything_seen
    assert told in found.unlike[0]


def test_traits_that_are_not_known_or_never_seen_add_nothing(card):
    nothing = card.score({}).value

    assert card.score({"country": "JP", "colour": "red"}).value == nothing
    assert logit(nothing) == pytest.approx(card.constant)


def test_one_lead_and_many_customers_get_the_same_scores(card):
    leads = [USUAL, {"country": "FR", "sells": "agency", "staff": 5}]

    together = card.scores(card.read({name: [lead[name] for lead in leads] for name in USUAL}))

    np.testing.assert_allclose(together, [card.score(lead).value for lead in leads])


def test_without_traits_everybody_has_the_base_rate_and_no_reason(card):
    bare = card.without_traits()

    assert bare.score(USUAL).value == pytest.approx(card.base_rate)
    assert bare.score(USUAL).reasons == ()


def test_it_survives_being_stored(card):
    for stored in (card, card.without_traits()):
        again = Scorecard.from_json(json.loads(json.dumps(stored.to_json())))

        assert again.score(USUAL) == stored.score(USUAL)
        assert again.ideal_from == stored.ideal_from
