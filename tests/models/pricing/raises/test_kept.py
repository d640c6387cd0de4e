"""Revenue kept after raises: by hand, without the advantage of having been there, and refused where nobody compares."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable
from models.pricing.raises.kept import RevenueKept
from models.pricing.raises.roll_out import NEVER, RollOut
from models.pricing.raises.staggered import Effect, Imputation


def fit(bill: np.ndarray, since: np.ndarray) -> Effect:
    return RevenueKept().fit(RollOut(bill, since))


def leaving(seed: int, n: int = 4000, months: int = 14) -> tuple[np.ndarray, np.ndarray]:
    """Customers who leave by lot, raised by nothing in waves: who is gone before its wave is never told."""
    rng = np.random.default_rng(seed)
    plan = np.resize([4, 8, 11, NEVER], n)
    stays = rng.geometric(0.05, n)
    bill = np.where(np.arange(months) < stays[:, None], 100.0, 0.0)
    return bill, np.where(stays >= plan, plan, NEVER)


def test_waves_are_set_beside_those_who_were_there_with_them_by_hand() -> None:
    """Told: 20 pay a tenth more, 2 of them leave. Others: 4 of 40 leave in each of the two months."""
    bill = np.full((60, 4), 50.0)
    bill[:20, 2:] = 55.0
    bill[:2, 2:] = bill[20:24, 2:] = bill[24:28, 3:] = 0.0

    found = fit(bill, np.repeat([2, NEVER], [20, 40]))

    assert found.path.value == pytest.approx([0.9 * 1.1 - 0.9, 0.9 * 1.1 - 0.8])
    assert found.effect.value == pytest.approx(0.14)
    assert (found.raised, found.waves, found.controls, found.cells) == (20, 1, 40, 40)


def test_those_told_later_count_until_they_are_told() -> None:
    """In month 3 ten of the forty others leave; of the twenty told in month 4, who then pay ten times as much, none."""
    bill = np.full((60, 5), 50.0)
    bill[40:, 4:] = 500.0
    bill[20:30, 3:] = 0.0

    found = fit(bill, np.repeat([2, NEVER, 4], 20))

    first, second = [0.0, 1 - 0.75, 1 - 0.75], [10.0 - 1.0]
    assert found.path.value == pytest.approx([(first[0] + second[0]) / 2, *first[1:]])
    assert (found.raised, found.waves) == (40, 2)


def test_to_have_been_there_when_told_is_no_effect_of_a_raise() -> None:
    bill, since = leaving(1)

    found = fit(bill, since).effect
    as_one_panel = Imputation().fit(RollOut(bill, since))

    assert found.low < 0 < found.high
    assert as_one_panel.effect.low > 5


def test_the_error_is_as_large_as_estimates_scatter() -> None:
    effects = [fit(*leaving(seed, 300)).effect for seed in range(200)]
    claimed = np.mean([(each.high - each.low) / 2 / 1.645 for each in effects])

    assert claimed == pytest.approx(np.std([each.value for each in effects]), rel=0.2)


def test_what_customers_pay_and_their_order_do_not_matter() -> None:
    bill, since = leaving(2, 200)
    rng = np.random.default_rng(3)
    order = rng.permutation(200)

    first, second = (
        fit(bill, since).effect,
        fit(bill[order] * rng.uniform(1, 9, (200, 1)), since[order]).effect,
    )

    assert (second.value, second.low) == pytest.approx((first.value, first.low))


def test_months_before_a_customer_joins_may_be_unknown() -> None:
    bill, since = leaving(4, 200)
    bill[since == 8, :3] = np.nan

    assert fit(bill, since).effect.value == pytest.approx(fit(np.nan_to_num(bill), since).effect.value)


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (np.full(40, NEVER), "no_past_raises"),
        (np.full(40, -1), "no_past_raises"),
        (np.full(40, 3), "nobody_untreated"),
        (np.repeat([3, NEVER], [31, 9]), "nobody_untreated"),
    ],
)
def test_where_nobody_can_be_compared_the_answer_says_why(since: np.ndarray, reason: str) -> None:
    with pytest.raises(NotEstimable) as refusal:
        fit(np.full((40, 6), 10.0), since)

    assert refusal.value.reason == reason
