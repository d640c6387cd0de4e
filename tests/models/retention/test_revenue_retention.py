"""Gross, net and logo retention: the endpoint convention, its bounds, and what does not move it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.retention.ledger import Ints
from models.retention.revenue_retention import retention_series, window_of
from tests.models.retention.ledgers import MINI, ledger_of, month_ends


def test_the_mini_ledger_has_the_default_conventions_figures() -> None:
    series = retention_series(ledger_of(MINI))

    assert series.opening.tolist() == [700]
    assert (series.closing[0], series.kept[0]) == (580, 520)
    assert (series.customers[0], series.staying[0]) == (6, 5)


@given(month_ends())
def test_gross_retention_is_at_most_one_and_at_most_net(ends: Ints) -> None:
    series = retention_series(ledger_of(ends), window=3)

    assert (series.kept <= np.minimum(series.opening, series.closing)).all()
    assert (series.kept >= 0).all()


@given(month_ends(), st.randoms(use_true_random=False))
def test_the_order_of_customers_is_irrelevant(ends: Ints, lot: object) -> None:
    order = np.random.default_rng(lot.randrange(2**32)).permutation(ends.shape[1])  # type: ignore[attr-defined]
    one, other = (retention_series(ledger_of(each), window=2) for each in (ends, ends[:, order]))

    for name in ("opening", "kept", "closing", "customers", "staying"):
        assert (getattr(one, name) == getattr(other, name)).all()


@given(month_ends())
def test_customers_split_in_two_halves_keep_revenue_and_double_logos(ends: Ints) -> None:
    even = 2 * ends
    whole, split = (retention_series(ledger_of(each), window=2) for each in (even, np.hstack([ends, ends])))

    assert (whole.closing == split.closing).all()
    assert (whole.kept == split.kept).all()
    assert (2 * whole.customers == split.customers).all()


@given(month_ends(most=6))
def test_merging_customers_never_lowers_gross_retention_nor_raises_the_count_of_logos(ends: Ints) -> None:
    merged = ends.sum(axis=1, keepdims=True)
    apart, together = (retention_series(ledger_of(each), window=2) for each in (ends, merged))

    assert (together.customers <= apart.customers).all()
    # Whoever is no customer at the start counts with the merged one from then on, so gross retention can only rise.
    assert (together.kept >= apart.kept).all()


@given(month_ends())
def test_a_window_tells_what_the_series_sums(ends: Ints) -> None:
    ledger = ledger_of(ends)
    series, window = retention_series(ledger, window=4), window_of(ledger, 9, window=4)

    assert window.opening.sum() == series.opening[5]
    assert window.closing.sum() == series.closing[5]
    assert np.minimum(window.opening, window.closing).sum() == series.kept[5]


def test_without_raises_a_customer_pays_less_by_what_they_made() -> None:
    raised = np.zeros_like(MINI)
    raised[6, 1] = 50
    window = window_of(ledger_of(MINI, raised=raised), 12)

    assert (window.closing - window.without_raises).tolist() == [0, 50, 0, 0, 0, 0]


def test_a_ledger_shorter_than_the_window_has_no_retention() -> None:
    assert retention_series(ledger_of(MINI), window=13).opening.size == 0


def test_windows_outside_the_ledger_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no window of 12 months ends in month 11"):
        window_of(ledger_of(MINI), 11)
    with pytest.raises(InvalidInput, match="≥ 1 month"):
        retention_series(ledger_of(MINI), window=0)
