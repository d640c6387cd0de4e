"""Answers read with measured shares of buyers: the best guess is theirs, and their doubt is in every interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import NotEstimable
from models.surveys._base import Asked
from models.surveys._calibrated import FEW, read_calibrated
from models.surveys._intent_calibration import IntentCalibration, calibrate_intents
from models.surveys.gabor_granger import GaborGranger, GaborGrangerAnswers
from models.surveys.newton_miller_smith import NewtonMillerSmith, PurchaseSensitivity

ASKED = Asked(unit="EUR/month", resamples=200)
TRUTH = np.array([0.45, 0.25, 0.12, 0.06, 0.02])  # from intent 5 down


def measured(n: int, *, seed: int = 0) -> IntentCalibration:
    rng = np.random.default_rng(seed)
    intent = rng.integers(1, 6, n).astype(float)
    return calibrate_intents(intent, rng.random(n) < TRUTH[(5 - intent).astype(int)], seed=seed)


def sensitivity(n: int = 200, *, seed: int = 0) -> PurchaseSensitivity:
    rng = np.random.default_rng(seed)
    middle = np.exp(rng.normal(np.log(50), 0.4, n))
    names = ("too_cheap", "cheap", "expensive", "too_expensive")
    columns = {name: middle * factor for name, factor in zip(names, (0.6, 0.8, 1.2, 1.6), strict=True)}
    intents = {"intent_cheap": rng.integers(3, 6, n), "intent_expensive": rng.integers(1, 4, n)}
    ids = np.array([f"r{at:04d}" for at in range(n)], dtype=object)
    return PurchaseSensitivity.of({"respondent_id": ids} | columns | {k: v * 1.0 for k, v in intents.items()})


def ladder(n: int = 150, *, scale: str = "1-5", seed: int = 0) -> GaborGrangerAnswers:
    rng, prices = np.random.default_rng(seed), np.array([5.0, 10, 15, 20, 30])
    willing = np.exp(rng.normal(np.log(15), 0.5, n))
    intent = np.clip(np.round(3 + 3 * np.log(willing[:, None] / prices)), 1, 5)
    return GaborGrangerAnswers.of(
        {
            "respondent_id": np.repeat([f"r{at:04d}" for at in range(n)], 5),
            "price": np.tile(prices, n),
            "intent": (intent if scale == "1-5" else intent > 2).astype(float).ravel(),
            "scale": np.full(5 * n, scale, dtype=object),
        }
    )


def nms(shares):
    return NewtonMillerSmith(intent_calibration=shares)


def granger(shares):
    return GaborGranger(intent_calibration=shares)


@pytest.mark.parametrize(("method", "answers"), [(nms, sensitivity()), (granger, ladder())])
def test_the_best_guess_is_that_of_the_shares_and_every_interval_is_wider(method, answers):
    shares = measured(100)

    plain, found = method(shares.shares).read(answers, ASKED), read_calibrated(method, answers, ASKED, shares)

    assert found.demand.share.tolist() == plain.demand.share.tolist()
    assert (found.demand.low <= plain.demand.low).all()
    assert (found.demand.high >= plain.demand.high).all()
    assert (found.demand.high - found.demand.low).mean() > 1.2 * (plain.demand.high - plain.demand.low).mean()
    revenue, before = found.best_price["revenue"], plain.best_price["revenue"]
    assert revenue.value == before.value
    assert revenue.low <= before.low < before.high <= revenue.high
    if plain.spread is not None:
        assert found.spread.high / found.spread.low > plain.spread.high / plain.spread.low


def test_the_more_purchases_the_less_is_added():
    answers = sensitivity()
    plain = nms(tuple(TRUTH)).read(answers, ASKED).demand
    wide, narrow = (read_calibrated(nms, answers, ASKED, measured(n)).demand for n in (40, 40_000))

    def width(demand):
        return (demand.high - demand.low).mean() / demand.share.mean()

    assert width(wide) > 1.3 * width(plain)
    assert width(narrow) == pytest.approx(width(plain), rel=0.05)


def test_the_shares_are_told_with_how_many_they_rest_on_and_no_longer_as_assumed():
    few, many = (read_calibrated(nms, sensitivity(), ASKED, measured(n)) for n in (FEW - 1, FEW))

    assert [each.code for each in few.caveats][:2] == ["measured_calibration", "few_realised_purchases"]
    assert "assumed_calibration" not in {each.code for each in many.caveats}
    assert "few_realised_purchases" not in {each.code for each in many.caveats}
    told = many.details["intent_calibration"]
    assert (told["rests_on"], told["customers"]) == ("quotes", FEW)
    assert [each["intent"] for each in told["intents"]] == [5, 4, 3, 2, 1]
    assert sum(each["buys"]["n"] for each in told["intents"]) == FEW


def test_answers_of_yes_and_no_need_no_shares():
    answers = ladder(scale="binary")

    found, plain = read_calibrated(granger, answers, ASKED, measured(20)), GaborGranger().read(answers, ASKED)

    assert (found.typical, found.best_price, found.caveats) == (
        plain.typical,
        plain.best_price,
        plain.caveats,
    )
    assert "intent_calibration" not in found.details


def test_intents_that_do_not_tell_who_buys_are_refused():
    said = np.repeat([5.0, 4, 3, 2, 1], 200)

    with pytest.raises(NotEstimable) as refusal:
        read_calibrated(nms, sensitivity(), ASKED, calibrate_intents(said, said < 3))

    assert refusal.value.reason == "intents_do_not_tell"


def test_a_price_that_few_purchases_leave_undecided_is_null_with_the_reason():
    # Whether a half would ever buy hangs on the share of those who answer 5, and three purchases do not tell it.
    shares = calibrate_intents(np.array([5.0, 5, 5]), np.array([True, False, False]))
    sure = GaborGranger(intent_calibration=shares.shares).read(ladder(), ASKED)

    found = read_calibrated(granger, ladder(), ASKED, shares)

    assert sure.typical.known
    assert found.typical.reason == "calibration_too_rough"


def test_progress_rises_while_the_answers_are_read_again():
    told: list[float] = []
    asked = replace(ASKED, progress=lambda done, total: told.append(done / total))

    read_calibrated(nms, sensitivity(), asked, shares := measured(100))

    assert told == sorted(told)
    assert len(set(told)) == len(shares.draws)
    assert told[-1] == 1
