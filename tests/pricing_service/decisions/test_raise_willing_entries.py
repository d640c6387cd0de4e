"""How much more those mind who pay more of what they said they would: told with who told it, else with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.pricing.raises.density import KAPPA_SD
from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_waves import Waves
from pricing_service.decisions._raise_willing_entries import (
    above_willingness,
    by_willingness,
    no_willingness,
    willing_sentences,
)
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    TERMS,
    in_another_currency,
    raised,
    raising_board,
    rows,
)

PEOPLE, PLANTED = 400, 0.6


@pytest.fixture(scope="module")
def asked(front_door: FrontDoor) -> StoredPanel:
    """All said what they would pay, and who pays more of it minds a raise more."""
    return front_door(raising_board(PEOPLE, seed=2, willing=PLANTED))


@pytest.fixture(scope="module")
def study(asked: StoredPanel) -> RaiseStudy:
    return RaiseStudy.of(asked, TERMS)


@pytest.fixture(scope="module")
def waves(study: RaiseStudy) -> Waves:
    return Waves(Planned.of(study, Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"])), 0.1, seed=3)


def test_what_was_planted_lies_inside_and_who_told_it_is_counted(study: RaiseStudy):
    told = by_willingness(study)

    assert told["band"]["low"] < PLANTED < told["band"]["high"]
    assert (told["n"], told["sources"]) == (PEOPLE, {"price_sensitivity": PEOPLE})
    assert 0 <= told["band"]["learnt"] < 1
    assert (told["value"] is None) == (told["reason"] == "not_identified")


def test_where_nobody_said_it_the_reason_is_told(raise_study: RaiseStudy):
    told = by_willingness(raise_study)

    assert (told["value"], told["reason"], told["n"]) == (None, "willingness_unknown", 0)
    assert (told["band"], told["reasons"]) == (None, {"band": "willingness_unknown"})


def test_where_hardly_anybody_who_said_it_has_left_the_reason_is_told(front_door: FrontDoor):
    board = raising_board(150, willing=PLANTED)
    there = {row["customer_id"] for row in board["subscriptions"] if not row["end"]}
    said = [row for row in board["price_sensitivity"] if row["customer_id"] in there]

    told = by_willingness(RaiseStudy.of(front_door(board | {"price_sensitivity": said}), TERMS))

    assert (told["value"], told["reason"], told["n"]) == (None, "too_few_left", len(said))


def test_where_no_raise_tells_it_what_is_believed_is_told_as_such(front_door: FrontDoor):
    study = RaiseStudy.of(front_door(raising_board(willing=PLANTED, told=False)), TERMS)

    told = by_willingness(study)

    assert (told["value"], told["reason"]) == (None, study.why_not.reason if study.why_not else "")
    assert told["band"]["learnt"] == 0
    assert told["band"]["median"] == pytest.approx(0.5, abs=0.1)


def test_draws_hardly_narrower_than_what_was_believed_are_no_figure(study: RaiseStudy):
    rng = np.random.default_rng(0)
    wide = study.response.kappa.copy()
    wide[:, 1] = rng.normal(0.5, KAPPA_SD * 0.9, len(wide))

    told = by_willingness(replace(study, response=replace(study.response, kappa=wide)))

    assert (told["value"], told["reason"]) == (None, "not_identified")
    assert told["band"]["low"] < 0 < told["band"]["high"]


def test_who_is_asked_more_than_it_said_is_counted_and_can_be_found_in_rows(waves: Waves, asked: StoredPanel):
    told = above_willingness(waves)

    found = rows(raised(asked, fairness_by=["plan", "usage_band"]))
    above = [row for row in found if row["raise"] and row["recommended_mrr"] > row["would_pay"]]
    assert told["customers"] == len(above) > 0
    assert told["known"] == sum(row["raise"] > 0 for row in found)
    assert told["mrr"] == pytest.approx(sum(row["recommended_mrr"] for row in above), abs=0.01 * len(above))


def test_where_no_willingness_is_known_nobody_is_counted(raise_study: RaiseStudy):
    plan = Planned.of(raise_study, Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"]))

    told = above_willingness(Waves(plan, 0.1, seed=3))

    assert (told["customers"], told["known"]) == (None, 0)
    assert told["reasons"]["customers"] == "willingness_unknown"


def test_money_in_another_currency_changes_neither(
    asked: StoredPanel, front_door: FrontDoor, study: RaiseStudy
):
    abroad = RaiseStudy.of(
        front_door(in_another_currency(raising_board(PEOPLE, seed=2, willing=PLANTED), 7.0)), TERMS
    )

    assert abroad.rows.past.position == pytest.approx(study.rows.past.position, abs=1e-3)
    assert by_willingness(abroad)["band"]["median"] == pytest.approx(
        by_willingness(study)["band"]["median"], abs=0.02
    )


def test_a_plan_asks_more_of_those_who_would_pay_more(study: RaiseStudy):
    """The same book and draws, planned with what was said weighing in proportion, and not at all."""
    would = study.rows.position[:, 1] < 0
    apart = []
    for weight in (1.0, 0.0):
        kappa = study.response.kappa.copy()
        kappa[:, 1] = weight
        weighed = replace(study, response=replace(study.response, kappa=kappa))
        raises = Planned.of(weighed, Rails(0.005, 0.005, 0.9, 0.0, [])).raises
        may = weighed.allowed[:, 1:].any(axis=1)
        apart.append(raises[may & would].mean() - raises[may & ~would].mean())

    assert apart[0] > apart[1] + 0.03


def test_sentences_say_it_in_times_and_warn_of_those_asked_too_much():
    slope = {"value": 1.0, "low": 0.0, "high": 2.0, "n": 84}
    told = willing_sentences(
        {"elasticity": {"by_willingness": slope}, "above_willingness": {"customers": 1, "known": 4}}
    )

    assert told[0].startswith(
        "Who pays twice as much of what it said it would minds a raise 2.0 times as much (1.0 to 4.0)"
    )
    assert told[0].endswith("by 84 customers who told what they would pay. It may be nothing.")
    assert told[1].startswith("1 customer would be asked more than they said they would pay (25 %")


def test_without_figures_nothing_is_said():
    assert willing_sentences({"elasticity": {"by_willingness": no_willingness("no_bills", 0.9)}}) == []
    assert willing_sentences({"elasticity": {}}) == []
