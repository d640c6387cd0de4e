"""Who takes a smaller plan instead of leaving is told by past raises, and costs what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from pricing_service.decisions._raise_bargains import Bargains, marked
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_told import told_raises
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    RAISED_AT,
    TERMS,
    first_day,
    raised,
    raising_board,
    terms,
)
from tests.pricing_service.decisions.small_business import Tables


def fell(part: float, *, months_after: int = 1, response: str = "accepted") -> Tables:
    """The business, in which every other customer that was raised pays only a part of its old bill soon after."""
    tables = raising_board()
    here = [row for row in tables["price_changes"] if row["response"] == "accepted"][::2]
    old = {row["customer_id"]: float(str(row["old_mrr"])) for row in here}
    day, kept = first_day(RAISED_AT + months_after), []
    for row in tables["subscriptions"]:
        end = str(row["end"])
        if row["customer_id"] in old and row["start"] == first_day(RAISED_AT) and (not end or end > day):
            bill = round(part * old[row["customer_id"]], 2)
            kept += [row | {"end": day}, row | {"start": day, "mrr": bill}]
        else:
            kept.append(row)
    changes = [
        row | {"response": response} if row["customer_id"] in old else row for row in tables["price_changes"]
    ]
    return tables | {"subscriptions": kept, "price_changes": changes}


def down(panel: StoredPanel) -> int:
    return sum(each.went_down for each in marked(told_raises(panel), panel))


def test_a_bill_that_falls_soon_after_a_raise_is_an_answer_to_it(front_door: FrontDoor):
    panel = front_door(fell(0.7))

    assert sum(each.went_down for each in told_raises(panel)) == 0
    assert down(panel) > 20


@pytest.mark.parametrize(("part", "months"), [(0.95, 1), (0.7, 4)])
def test_a_bill_that_moves_a_little_or_much_later_is_none(front_door: FrontDoor, part, months):
    assert down(front_door(fell(part, months_after=months))) == 0


def test_who_says_that_it_went_down_is_believed(front_door: FrontDoor):
    assert down(front_door(fell(1.0, response="downgraded"))) > 20


def test_the_share_is_learned_from_those_who_went_down_beside_those_who_left(
    raise_study: RaiseStudy, front_door: FrontDoor
):
    known = RaiseStudy.of(front_door(fell(0.7)), TERMS).bargains

    assert known.went_down > 20
    count = known.went_down + known.left
    assert known.share.mean() == pytest.approx((known.went_down + 1) / (count + 10), abs=0.03)
    assert raise_study.bargains.went_down == 0
    assert raise_study.bargains.share.mean() < 0.15


def test_a_share_that_is_stated_is_taken_as_it_is(raise_study: RaiseStudy):
    stated = Bargains(raise_study.customers, 40, 1, 0.25)

    assert (stated.share == 0.25).all()
    assert stated.per_leaver == pytest.approx(np.full(40, 1 / 3))
    assert stated.entry(0.9)["assumed"]


def test_the_lowest_plan_has_none_below_it(raise_study: RaiseStudy):
    kept = raise_study.bargains.kept
    plans = np.array([each.plan for each in raise_study.customers.contracts])

    assert np.isnan(kept[plans == "small"]).all()
    assert (kept[plans == "large"] < 1).all()
    assert (kept[plans == "large"] > 0).all()


def test_the_more_go_down_the_less_a_plan_gains_and_churn_stays(
    raise_study: RaiseStudy, raising: StoredPanel
):
    many = RaiseStudy.of(raising, terms(downgrades=0.5))
    none = RaiseStudy.of(raising, terms(downgrades=0.0))
    allowed = none.allowed[:, -1]

    assert many.told.gain[:, allowed, -1].mean() < none.told.gain[:, allowed, -1].mean()
    assert many.told.gone == pytest.approx(none.told.gone)
    assert many.told.value[:, :, 0] == pytest.approx(none.told.value[:, :, 0])


def test_the_answer_tells_what_is_believed_and_takes_it_off(raising: StoredPanel):
    none, many = (raised(raising, downgrades=share).result for share in (0.0, 0.6))

    assert many["bargaining"]["downgrades"]["value"] == pytest.approx(0.6)
    assert many["bargaining"]["told"] == none["bargaining"]["told"] > 0
    gains = [each["expected"]["mrr_change"]["value"] for each in (none, many)]
    assert gains[1] < gains[0]
    after = {row["measure"]: row["change"]["value"] for row in many["before_after"]}
    assert after["mrr"] == pytest.approx(gains[1])
    assert after["grr"] < -many["expected"]["revenue_churn_change"]["value"] * 0.99
    assert len(many["before_after"]) == len(none["before_after"])
