"""Who leaves by what customers would pay: nobody at today's price, and as many as the draws that pay it would lose."""

from __future__ import annotations

import numpy as np
import pytest

from models.estimate import Estimate
from models.pricing.rating.behaviour import respond
from models.willingness.by_customer import CommonDraws, Population, draw_by_customer, draw_common
from models.willingness.leaving import WillingnessLeaving

DRAWS, N = 100, 5000


def said(value: float, sd: float, unit: str = "EUR/posting") -> Estimate:
    low, high = value * np.exp(-1.645 * sd), value * np.exp(1.645 * sd)
    return Estimate(value=value, low=float(low), high=float(high), level=0.9, n=100, unit=unit)


def common_of(sd: float, n: int = N) -> CommonDraws:
    everybody = Population(said(10.0, sd), said(0.5, 0.001, "log"))
    return draw_common(everybody, log_worth=np.full(n, np.nan), draws=DRAWS, rng=np.random.default_rng(0))


def rule_at(paid: float, *, sd: float = 0.001, n: int = N) -> WillingnessLeaving:
    """All pay so much for a unit, and bills are in units of a hundredth."""
    return WillingnessLeaving(
        common_of(sd, n), paid=np.full(n, paid), per_amount=np.full(n, 0.01), level=0.9, seed=3
    )


def bills(amount: float, n: int = N) -> np.ndarray:
    return np.full(n, round(100 * amount))


@pytest.mark.parametrize("after", [8.0, 5.0, 0.0])
def test_nobody_leaves_at_todays_bill_or_less(after: float) -> None:
    assert not rule_at(8.0)(bills(8.0), bills(after)).any()


def test_as_many_leave_as_draws_that_pay_today_would_not_pay_more() -> None:
    paid, asked, common = 8.0, 11.0, common_of(0.001)
    drawn = draw_by_customer(
        Population(said(10.0, 0.001), said(0.5, 0.001, "log")),
        log_worth=np.full(N, np.nan),
        paid=np.full(N, paid),
        draws=DRAWS,
        seed=0,
    )
    lost = drawn * np.exp(common.inertia) < asked

    assert rule_at(paid)(bills(paid), bills(asked)).mean() == pytest.approx(lost.mean(), abs=0.005)


def test_who_pays_far_more_than_others_would_leaves_sooner_and_never_with_an_error() -> None:
    near, far, beyond = (
        rule_at(paid)(bills(paid), bills(1.1 * paid)).mean() for paid in (8.0, 40.0, 10.0**12)
    )

    assert near < far <= beyond == 1


def test_a_dearer_bill_keeps_nobody_whom_a_cheaper_one_loses() -> None:
    cheap, dear = (rule_at(8.0)(bills(8.0), bills(after)) for after in (9.0, 12.0))

    assert not (cheap & ~dear).any()
    assert cheap.sum() < dear.sum()


def test_doubt_about_everybody_does_not_vanish_in_numbers() -> None:
    sure, unsure = (
        respond(bills(8.0), bills(11.0), bills(11.0), leaving=rule_at(8.0, sd=sd)).leave
        for sd in (0.001, 0.4)
    )

    assert unsure.high - unsure.low > 2 * (sure.high - sure.low)


def test_the_band_of_a_few_customers_holds_their_count_and_not_its_mean() -> None:
    ten = respond(bills(8.0, 10), bills(11.0, 10), bills(11.0, 10), leaving=rule_at(8.0, n=10)).leave

    assert (ten.low, ten.high) == (int(ten.low), int(ten.high))
    assert ten.high - ten.low >= 3


def test_it_does_not_matter_how_many_stand_behind_a_customer() -> None:
    few, many = (rule_at(8.0, n=n)(bills(8.0, n), bills(11.0, n)) for n in (4096, N))

    assert few.mean() == pytest.approx(many.mean(), abs=0.005)
    assert (rule_at(8.0)(bills(8.0), bills(11.0)) == many).all(), "the same seed, the same lot"
