"""The forecast: it carries on what was, its levers move it the right way, and its windows are those of NRR."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.retention import forecast as module
from models.retention.forecast import BookOutlook
from models.retention.levers import Levers, Referring
from models.retention.renewal_calendar import RenewalCalendar, situations
from tests.models.retention.test_monthly_rates import book


@pytest.fixture(scope="module")
def outlook() -> BookOutlook:
    z, age = book(leaving=0.02, growing=0.03, n=800)
    return BookOutlook.of(z, age, draws=200, seed=1)


def test_todays_customers_shrink_and_grow_at_the_rates_that_they_had(outlook: BookOutlook) -> None:
    month = 0.98 * (1 + 0.03 * (np.exp(0.2) - 1))
    today = float(outlook.z[-1].sum())

    assert outlook.paths(12).existing[:, -1].mean() / today == pytest.approx(month**12, rel=0.04)


def test_net_retention_of_a_whole_window_ahead_is_of_todays_customers(outlook: BookOutlook) -> None:
    paths = outlook.paths(12)

    assert np.allclose(paths.net[:, 11], paths.existing[:, 11] / outlook.z[-1].sum())
    assert (paths.gross <= np.minimum(paths.net, 1) + 1e-12).all()


def test_beyond_the_window_only_money_is_foreseen(outlook: BookOutlook) -> None:
    paths = outlook.paths(18)

    assert paths.mrr.shape == (200, 18)
    assert paths.net.shape == (200, 12)


def test_levers_move_what_they_say_under_the_same_luck(outlook: BookOutlook) -> None:
    base = outlook.paths(12, seed=5)
    staying = outlook.paths(12, seed=5, levers=Levers(leaving=0.5))
    growing = outlook.paths(12, seed=5, levers=Levers(growing=2.0))

    assert (staying.existing[:, -1] > base.existing[:, -1]).mean() > 0.98
    assert (growing.existing[:, -1] > base.existing[:, -1]).mean() > 0.98
    assert np.allclose(outlook.paths(12, seed=5).mrr, base.mrr)


def test_who_comes_is_counted_beside_todays_customers() -> None:
    z, _ = book(leaving=0.02, n=400)
    first = np.where(np.arange(400) < 200, np.arange(400) // 8, -30)
    month = np.arange(25)[:, None]
    came = BookOutlook.of(np.where(month < first, 0, z), month - first, draws=200, seed=1)
    paths, more = came.paths(12, seed=3), came.paths(12, seed=3, levers=Levers(arrivals=2.0))

    assert (paths.mrr[:, -1] > paths.existing[:, -1]).all()
    assert np.allclose(more.existing, paths.existing)
    later = paths.mrr - paths.existing
    assert (more.mrr - more.existing).mean() == pytest.approx(2 * later.mean(), rel=0.1)


def test_a_raise_for_some_is_theirs_alone_and_loses_those_whom_it_is_said_to() -> None:
    z, age = book(leaving=0.02, n=600)
    outlook = BookOutlook.of(z, age, draws=200, seed=1)
    half = np.arange(outlook.z.shape[1]) < outlook.z.shape[1] // 2
    base = outlook.paths(1, seed=5).existing[:, 0]
    share = outlook.z[-1][half].sum() / outlook.z[-1].sum()
    kept, lost = (
        outlook.paths(1, seed=5, levers=Levers(price=1.1, chosen=half, leaves_by_price=(by, by))).existing[
            :, 0
        ]
        for by in (0.0, 1.0)
    )

    assert (kept / base).mean() == pytest.approx(1 + 0.1 * share, abs=0.01)
    assert (lost / base).mean() == pytest.approx(1 + (1.1 * 0.9 - 1) * share, abs=0.01)


def test_what_customers_recommend_compounds_and_changes_nothing_by_itself() -> None:
    z, _ = book(leaving=0.02, n=400)
    first = np.where(np.arange(400) < 200, np.arange(400) // 8, -30)
    month = np.arange(25)[:, None]
    outlook = BookOutlook.of(np.where(month < first, 0, z), month - first, draws=200, seed=1)
    base = outlook.paths(36, seed=3)
    referring = Referring(0.5, base.mrr)
    staying = Levers(leaving=0.5)
    alone, compounding = (outlook.paths(36, seed=3, levers=staying, referring=by) for by in (None, referring))

    assert np.allclose(outlook.paths(36, seed=3, referring=referring).mrr, base.mrr)
    assert (compounding.mrr[:, -1] > alone.mrr[:, -1]).mean() > 0.95


def test_of_many_customers_the_largest_and_some_others_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    z, age = book(leaving=0.02, growing=0.03, n=1500)
    whole = BookOutlook.of(z, age, draws=200, seed=1)
    monkeypatch.setattr(module, "_FOLLOWED", 600)
    some = BookOutlook.of(z, age, draws=200, seed=1)

    assert some.z.shape[1] == 600
    assert some.weight.sum() == whole.weight.sum()
    ratio = some.paths(12).net[:, -1].mean() / whole.paths(12).net[:, -1].mean()
    assert ratio == pytest.approx(1.0, abs=0.03)


def test_a_book_shorter_than_the_window_is_refused() -> None:
    z, age = book(leaving=0.02, n=50, months=11)
    with pytest.raises(InvalidInput, match="12 months"):
        BookOutlook.of(z, age)


def moving_book() -> tuple[np.ndarray, np.ndarray]:
    """150 customers of whom some come, leave, grow and shrink."""
    rng = np.random.default_rng(11)
    n, months = 150, 30
    first = np.where(np.arange(n) < 90, -rng.integers(1, 40, n), rng.integers(0, months, n))
    month = np.arange(months)[:, None]
    stays = ((rng.random((months, n)) >= 0.02) | (month <= first)).cumprod(axis=0)
    up, down = (rng.random((months, n)) < chance for chance in (0.03, 0.01))
    steps = (0.2 * up - 0.3 * down).cumsum(axis=0)
    z = np.where(month >= first, np.exp(rng.normal(9, 1, n) + steps) * stays, 0)
    return np.rint(z).astype(np.int64), month - first


def test_where_no_subscription_has_a_term_the_forecast_is_what_it_was_without_a_calendar() -> None:
    """The figures were written down before there was one."""
    z, age = moving_book()
    nothing = np.zeros(z.shape[1], dtype=np.int64)
    free = RenewalCalendar(np.zeros_like(z), nothing, nothing)
    without, with_one = (
        BookOutlook.of(z, age, calendar=each, draws=100, seed=3).paths(18, seed=4) for each in (None, free)
    )

    for name in ("mrr", "existing", "net", "gross"):
        assert (getattr(without, name) == getattr(with_one, name)).all()
    means = [float(getattr(without, name).mean()) for name in ("mrr", "existing", "net", "gross")]
    assert means == pytest.approx(
        [1309567.1078942374, 1032171.9953487478, 0.7163489895644946, 0.6743752682517502], rel=1e-9
    )


def test_customers_who_leave_only_when_a_term_ends_are_all_there_until_then() -> None:
    rng = np.random.default_rng(4)
    due = np.arange(25)[:, None] % 12 == np.full(600, 8)
    stays = (rng.random(due.shape) >= np.where(due, 0.3, 0.0)).cumprod(axis=0)
    z, age = 1000 * stays, np.repeat(np.arange(40, 65)[:, None], 600, axis=1)
    past = situations(due, np.ones_like(due), np.full(due.shape, 12))
    calendar = RenewalCalendar(past, np.full(600, 12), np.full(600, 8))
    left = BookOutlook.of(z, age, calendar=calendar, draws=200, seed=1).paths(12).existing.mean(axis=0)

    assert left[6] / z[-1].sum() > 0.98
    assert left[7] / left[6] == pytest.approx(0.7, abs=0.06)
    assert left[11] / left[7] > 0.98
