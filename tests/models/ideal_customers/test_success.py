"""Success: relative to size, of both sides' gain, and never a matter of the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import NotEstimable
from models.ideal_customers.success import TO_THEM, TO_US, Window, normal_scores, who_succeeds


def window(n: int = 40, seed: int = 0, **given_: np.ndarray) -> Window:
    """Customers whose bills differ by orders of magnitude and whose stay does not depend on them."""
    rng = np.random.default_rng(seed)
    bill = np.exp(rng.normal(5, 1.5, n))
    stays = rng.integers(1, 13, n)
    parts = {
        "bill": bill, "margin": bill * stays, "still_expected": bill * 20 * (stays == 12),
        "won_for_us": np.zeros(n), "gained": np.full(n, np.nan),
    }  # fmt: skip
    return Window(**(parts | given_))


def test_giants_do_not_succeed_for_being_giants():
    book = window(2000)

    best = who_succeeds(book, top_share=0.25).best

    giants = book.bill >= np.quantile(book.bill, 0.9)
    assert best[giants].mean() == pytest.approx(best.mean(), abs=0.06)


@given(st.floats(1e-3, 1e6))
def test_the_unit_of_money_does_not_matter(unit):
    book = window(gained=np.random.default_rng(1).normal(50, 20, 40))
    scaled = Window(
        book.bill * unit, book.margin * unit, book.still_expected * unit, book.won_for_us, book.gained * unit
    )

    np.testing.assert_array_equal(
        who_succeeds(scaled, top_share=0.25).best, who_succeeds(book, top_share=0.25).best
    )


def test_a_customer_multiplied_in_everything_fares_the_same():
    book = window()
    factor = np.where(np.arange(40) == 7, 1000.0, 1.0)
    larger = Window(
        book.bill * factor, book.margin * factor, book.still_expected * factor, book.won_for_us, book.gained
    )

    np.testing.assert_allclose(
        who_succeeds(larger, top_share=0.25).index, who_succeeds(book, top_share=0.25).index
    )


def test_staying_expansion_low_cost_and_referrals_each_raise_a_customer():
    typical = {
        "bill": np.full(21, 100.0), "margin": np.full(21, 1200.0) + np.arange(21) - 10,
        "still_expected": np.full(21, 2000.0), "won_for_us": np.zeros(21), "gained": np.full(21, np.nan),
    }  # fmt: skip
    before = who_succeeds(Window(**typical), top_share=0.25).index[0]

    for part, more in (("margin", 600.0), ("still_expected", 500.0), ("won_for_us", 1.0)):
        raised = typical | {part: typical[part] + np.where(np.arange(21) == 0, more, 0.0)}
        assert who_succeeds(Window(**raised), top_share=0.25).index[0] > before


def test_what_customers_gain_counts_beside_what_they_bring():
    rng = np.random.default_rng(2)
    book = window(gained=np.exp(rng.normal(3, 1, 40)))

    found = who_succeeds(book, top_share=0.25)

    assert found.parts == (TO_US, TO_THEM)
    assert np.corrcoef(found.index, normal_scores(book.gained / book.bill))[0, 1] > 0.5


def test_a_customer_that_says_nothing_of_its_gain_is_judged_by_the_rest():
    gained = np.where(np.arange(40) < 20, np.nan, 50.0 + np.arange(40))

    found = who_succeeds(window(gained=gained), top_share=0.25)

    assert np.isfinite(found.index).all()


def test_without_bills_it_says_that_size_is_not_known():
    nothing = np.full(30, np.nan)
    book = Window(nothing, nothing, np.zeros(30), np.zeros(30), np.arange(30.0))

    found = who_succeeds(book, top_share=0.2)

    assert not found.relative_to_size
    assert found.best.sum() == 6


def test_equals_are_never_parted_and_the_share_says_what_came_of_it():
    book = window(gained=np.full(40, np.nan), margin=np.where(np.arange(40) < 15, 2.0, 1.0), bill=np.ones(40))
    book = Window(book.bill, book.margin, np.zeros(40), book.won_for_us, book.gained)

    found = who_succeeds(book, top_share=0.25)

    assert found.best.tolist() == [1.0] * 15 + [0.0] * 25
    assert found.share == 15 / 40


@pytest.mark.parametrize("margin", [np.full(20, 5.0), np.full(20, np.nan), 5 + 1e-13 * np.arange(20)])
def test_where_all_did_equally_well_nobody_succeeds(margin):
    book = Window(np.ones(20), margin, np.zeros(20), np.zeros(20), np.full(20, np.nan))

    with pytest.raises(NotEstimable, match="equally well"):
        who_succeeds(book, top_share=0.25)
