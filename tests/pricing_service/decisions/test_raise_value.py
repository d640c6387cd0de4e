"""Added value is what grew since the price was last set, less what is noise."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pricing_service.decisions._raise_value import ValueOverTime
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import MONTHS, last_day
from tests.pricing_service.decisions.small_business import Row

SINCE = date(2025, 1, 1)
"""The first day of the thirteenth of thirty months."""


def over_time(
    front_door: FrontDoor,
    values: np.ndarray,
    *,
    since: dict[str, date] | None = None,
    attribution: float = 1,
) -> ValueOverTime:
    """Read values (n, months), NaN where nothing is reported."""
    who = [f"c{at:02d}" for at in range(len(values))]
    rows: list[Row] = [
        {"customer_id": who[at], "date": last_day(month), "kpi": "hires", "amount": float(values[at, month])}
        for at in range(len(values))
        for month in range(values.shape[1])
        if np.isfinite(values[at, month])
    ]
    tables: dict[str, list[Row]] = {
        "customers": [{"customer_id": each, "signed_up": "2024-01-01"} for each in who],
        "subscriptions": [
            {"customer_id": each, "start": "2024-01-01", "end": "", "plan": "team", "mrr": 100}
            for each in who
        ],
        "outcomes": rows,
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": attribution}],
    }
    told = dict.fromkeys(who, SINCE) if since is None else since
    return ValueOverTime.of(front_door(tables), who, told)


def noisy(n: int, *, growth: np.ndarray | float = 1.0, sd: float = 0.1, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.lognormal(7, 0.5, n)[:, None] * np.ones(MONTHS)
    level[:, 12:] *= np.broadcast_to(growth, n)[:, None]
    return level * np.exp(rng.normal(0, sd, level.shape))


def test_value_now_is_the_mean_of_the_latest_year(front_door: FrontDoor):
    values = noisy(3)

    assert over_time(front_door, values).now == pytest.approx(values[:, -12:].mean(axis=1), rel=1e-6)


def test_value_that_is_not_owed_to_us_is_taken_off(front_door: FrontDoor):
    values = noisy(10, growth=1.5)

    whole, half = over_time(front_door, values), over_time(front_door, values, attribution=0.5)

    assert half.now == pytest.approx(0.5 * whole.now)
    assert half.before == pytest.approx(0.5 * whole.before)


def test_value_that_grew_for_some_is_seen_for_them_alone(front_door: FrontDoor):
    growth = np.where(np.arange(20) < 10, 1.6, 1.0)

    found = over_time(front_door, noisy(20, growth=growth))

    ratio = found.now / found.before
    assert ratio[:10] == pytest.approx(np.full(10, 1.6), rel=0.12)
    assert ratio[10:] == pytest.approx(np.ones(10), rel=0.12)


def test_noise_is_not_taken_for_added_value(front_door: FrontDoor):
    values = noisy(40, sd=0.5)

    found = over_time(front_door, values)

    raw = np.log(values[:, -12:].mean(axis=1) / values[:, :12].mean(axis=1))
    told = np.log(found.now / found.before)
    assert told.std() < 0.5 * raw.std()


def test_growth_is_not_told_where_too_few_can_be_compared(front_door: FrontDoor):
    found = over_time(front_door, noisy(5, growth=1.5))

    assert np.isfinite(found.now).all()
    assert np.isnan(found.before).all()


def test_two_months_are_too_few_for_a_value(front_door: FrontDoor):
    values = noisy(10)
    values[0, :-2] = np.nan
    values[1] = np.nan

    found = over_time(front_door, values)

    assert np.isnan(found.now[:2]).all()
    assert np.isfinite(found.now[2:]).all()


def test_without_an_earlier_price_the_first_year_is_what_was_before(front_door: FrontDoor):
    growth = np.where(np.arange(20) < 10, 1.6, 1.0)

    found = over_time(front_door, noisy(20, growth=growth), since={})

    assert (found.now / found.before)[:10] == pytest.approx(np.full(10, 1.6), rel=0.12)


def test_growth_before_the_last_price_earns_nothing_twice(front_door: FrontDoor):
    """Value rose in the thirteenth month; the price was set a year later, when it had already risen."""
    rng = np.random.default_rng(4)
    values = noisy(20, growth=np.where(np.arange(20) < 10, 1.6, 1.0))
    values = np.concatenate([values, values[:, -6:] * np.exp(rng.normal(0, 0.1, (20, 6)))], axis=1)
    who = [f"c{at:02d}" for at in range(20)]

    found = over_time(front_door, values, since=dict.fromkeys(who, date(2026, 1, 1)))

    assert (found.now / found.before)[:10] == pytest.approx(np.ones(10), rel=0.12)


def test_customers_who_are_not_asked_about_are_left_out(front_door: FrontDoor, raising):
    assert ValueOverTime.of(raising, [], {}).now.size == 0
    assert np.isnan(ValueOverTime.of(raising, ["nobody"], {}).now).all()
