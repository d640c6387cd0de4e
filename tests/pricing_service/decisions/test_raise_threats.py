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

    assert found == {"asked_less": 0.0, "holds": True, "customers": found["customers"], "reasons": {}}
    assert found["customers"] > 20


def test_a_plan_that_spares_those_likelier_to_leave_is_told(planned: Planned):
    study = planned.study
    risk = study.told.gone[:, :, 0].mean(axis=0)
    most = np.array([np.flatnonzero(each)[-1] for each in study.allowed])
    spared = replace(
        planned, rails=replace(ALIKE, fairness_by=[]), level=np.where(risk > np.median(risk), 0, most)
    )

    found = threats(spared)

    assert found["asked_less"] > HELD
    assert not found["holds"]


def test_where_nobody_may_be_raised_nothing_is_compared(planned: Planned):
    study = replace(planned.study, terms=replace(planned.study.terms, notice_days=20_000))

    found = threats(replace(planned, study=study))

    assert found["asked_less"] is found["holds"] is None
    assert found["reasons"] == dict.fromkeys(("asked_less", "holds"), "nobody_compared")
