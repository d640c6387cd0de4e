"""Terms in lifetimes: known laws are found by the term, intervals hold, and nobody is loyal only by contract."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput, NotEstimable
from models.retention.lifetime import Lifetime
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook, ShiftedBetaGeometric
from models.retention.term_lifetime import Stays, TermLaw, fit_by_terms

OUTLOOK = Outlook.of_months(yearly_discount=0.12, months=60)


def book(term: int, churn: float, *, n: int, seed: int, seen: int = 48) -> Stays:
    """Customers who come evenly over the months seen and leave with one chance at the end of each term."""
    rng = np.random.default_rng(seed)
    since = rng.integers(1, seen + 1, n)
    ends = term * rng.geometric(churn, n)
    left = ends < since
    return Stays(np.where(left, ends, since), left, np.zeros(n, dtype=np.int64), np.full(n, term))


def both(*parts: Stays) -> Stays:
    return Stays(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("months", "left", "entry", "term")
        )
    )


def worth(term: int, churn: float) -> float:
    at = np.arange(60)
    return float((1.12 ** (-at / 12) * (1 - churn) ** (at // term)).sum())


def test_a_law_by_the_month_is_that_of_monthly_renewals() -> None:
    plain = ShiftedBetaGeometric(np.array([0.7, 1.0]), np.array([3.8, 9.0]))
    by_month = TermLaw(((1, 1.0, plain),))

    for figure in ("whole", "residual"):
        more = (7,) if figure == "residual" else ()
        assert np.allclose(getattr(by_month, figure)(*more, OUTLOOK), getattr(plain, figure)(*more, OUTLOOK))
    assert np.allclose(by_month.survival(9), plain.survival(9))
    assert np.allclose(by_month.retention(9), plain.retention(9))


def test_without_terms_the_fit_is_that_of_months() -> None:
    stays = book(1, 0.05, n=200, seed=1)
    plain = Lifetime().fit(RenewalCounts.of_customers(stays.months - 1 + stays.left, stays.left))

    assert fit_by_terms(stays, np.ones(200)).survival(12) == plain.survival(12)


def test_a_year_that_nobody_could_leave_in_is_paid_in_full() -> None:
    fit = fit_by_terms(book(12, 0.25, n=400, seed=6), np.ones(400))

    assert fit.survival(11).value == 1
    assert fit.survival(12).low < 0.75 < fit.survival(12).high
    assert fit.retention(13).value == 1


def test_intervals_of_a_lifetime_hold_as_often_as_they_say() -> None:
    held = []
    for seed in range(150):
        whole = fit_by_terms(book(12, 0.25, n=80, seed=100 + seed), np.ones(80)).whole(OUTLOOK, level=0.9)
        held.append(whole.low <= worth(12, 0.25) <= whole.high)

    assert np.mean(held) >= 0.85


def test_kinds_weigh_by_the_money_that_new_customers_bring() -> None:
    stays = both(book(12, 0.2, n=600, seed=3), book(1, 0.06, n=600, seed=4))
    whole = fit_by_terms(stays, np.repeat([300.0, 100.0], 600)).whole(OUTLOOK)

    assert whole.low < 0.75 * worth(12, 0.2) + 0.25 * worth(1, 0.06) < whole.high


def test_a_kind_whose_terms_have_hardly_ended_is_left_out_and_refused_where_it_is_the_larger_part() -> None:
    young = Stays(np.full(40, 9), np.zeros(40, dtype=bool), np.zeros(40, dtype=np.int64), np.full(40, 12))
    stays = both(young, book(1, 0.05, n=200, seed=5))
    fit = fit_by_terms(stays, np.ones(240))

    assert isinstance(fit.law, TermLaw)
    assert [months for months, _, _ in fit.law.kinds] == [1]
    with pytest.raises(NotEstimable, match="fewer than 20") as refused:
        fit_by_terms(young, np.ones(40))
    assert refused.value.reason == "insufficient_renewals"


def test_parts_that_do_not_add_up_are_refused() -> None:
    law = ShiftedBetaGeometric(np.array([1.0]), np.array([9.0]))
    with pytest.raises(InvalidInput, match="add up"):
        TermLaw(((12, 0.5, law),))
    with pytest.raises(InvalidInput, match="month or more"):
        TermLaw(((0, 1.0, law),))
