"""Being likelier to leave buys nobody a lower raise among alike customers, and it is said where it would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_threats import HELD, threats

ALIKE = Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"])


@pytest.fixture(scope="module")
def planned(raise_study: RaiseStudy) -> Planned:
    return Planned.of(raise_study, ALIKE)


def test_alike_customers_are_asked_the_same_whatever_their_risk(planned: Planned):
    found = threats(planned)

    less = found["asked_less"]
    assert [less[end] for end in ("value", "low", "high")] == [0.0, 0.0, 0.0]
    assert (less["unit"], less["n"]) == ("share", found["customers"])
    assert (found["holds"], found["reasons"]) == (True, {})
    assert found["customers"] > 20


def test_a_plan_that_spares_those_likelier_to_leave_is_told(planned: Planned):
    study = planned.study
    risk = study.told.gone[:, :, 0].mean(axis=0)
    most = np.array([np.flatnonzero(each)[-1] for each in study.allowed])
    spared = replace(
        planned, rails=replace(ALIKE, fairness_by=[]), level=np.where(risk > np.median(risk), 0, most)
    )

    found = threats(spared)

    less = found["asked_less"]
    assert HELD < less["low"] < less["value"] < less["high"]
    assert not found["holds"]


def test_where_raises_go_by_lot_the_interval_holds_no_difference_as_often_as_it_says(planned: Planned):
    alone, n = replace(ALIKE, fairness_by=[]), planned.level.size
    may = planned.study.allowed[:, 1]
    held = 0
    for seed in range(60):
        lots = np.random.default_rng(seed).random(n) < 0.5
        less = threats(replace(planned, rails=alone, level=np.where(lots & may, 1, 0)))["asked_less"]
        held += less["low"] <= 0 <= less["high"]

    assert 47 <= held <= 60


def test_where_nobody_may_be_raised_nothing_is_compared(planned: Planned):
    study = replace(planned.study, terms=replace(planned.study.terms, notice_days=20_000))

    found = threats(replace(planned, study=study))

    assert found["asked_less"]["value"] is found["holds"] is None
    assert found["asked_less"]["reason"] == found["reasons"]["holds"] == "nobody_compared"
