"""What every survey method must keep; a new method is tested by being there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import models.surveys
from models.errors import NotEstimable
from models.estimate import Estimate
from models.registry import discover
from models.surveys._base import Asked, Reading, SurveyMethod
from tests.contracts.survey_columns import columns_of, rescaled, without_rows

METHODS = discover(models.surveys, SurveyMethod)
UNIT = "EUR/postings"
every_method = pytest.mark.parametrize("name", list(METHODS))


def read(name: str, columns: dict[str, Any], **asked: Any) -> Reading:
    method = METHODS[name]
    about = Asked(unit=UNIT, **{"resamples": 200, "unit_cost": 5.0, "seed": 7} | asked)
    return method().read(method.answers.of(columns), about)


@cache
def ordinary(name: str) -> Reading:
    return read(name, columns_of(METHODS[name].answers.table))


def estimates(reading: Reading) -> Iterator[tuple[str, Estimate]]:
    yield "typical", reading.typical
    yield from reading.points.items()
    yield from reading.best_price.items()


@every_method
def test_a_method_names_itself_its_table_and_what_it_needs(name):
    method = METHODS[name]

    assert method.title
    assert method.answers.table
    assert method.answers.required
    assert method.answers.offered(columns_of(method.answers.table))
    assert method.about == ordinary(name).about


@every_method
def test_every_price_is_in_the_unit_that_was_asked_for_at_the_level_that_was_asked_for(name):
    reading = read(name, columns_of(METHODS[name].answers.table), level=0.8)

    for key, estimate in estimates(reading):
        assert estimate.unit == UNIT, key
        assert estimate.level == 0.8, key
        assert estimate.method or not estimate.known, key


@every_method
def test_the_typical_answer_is_found_and_positive(name):
    typical = ordinary(name).typical

    assert typical.known
    assert 0 < typical.low <= typical.value <= typical.high


@every_method
def test_contacts_of_one_customer_are_one_cluster(name):
    reading = ordinary(name)

    assert reading.respondents == 60
    assert reading.clusters < reading.respondents
    assert reading.typical.n == reading.clusters


@every_method
def test_demand_is_a_share_between_its_band_over_rising_prices(name):
    demand = ordinary(name).demand
    if demand is None:
        pytest.skip("the method has no demand curve")

    assert (np.diff(demand.price) > 0).all()
    assert (demand.low >= 0).all()
    assert (demand.high <= 1).all()
    assert (demand.low <= demand.share + 1e-12).all()
    assert (demand.share <= demand.high + 1e-12).all()


@every_method
def test_another_currency_changes_nothing_but_the_numbers_scale(name):
    columns = columns_of(METHODS[name].answers.table)
    one, other = ordinary(name), read(name, rescaled(columns, 8.0), unit_cost=40.0)

    for (key, here), (_, there) in zip(estimates(one), estimates(other), strict=True):
        assert here.known == there.known, key
        if here.known:
            expected = [8 * end for end in (here.value, here.low, here.high)]
            np.testing.assert_allclose([there.value, there.low, there.high], expected, rtol=5e-3, err_msg=key)


@every_method
def test_the_same_seed_gives_the_same_reading(name):
    again = read(name, columns_of(METHODS[name].answers.table))

    assert dict(estimates(again)) == dict(estimates(ordinary(name)))


@every_method
def test_what_else_a_method_says_can_be_written_as_json(name):
    json.dumps(dict(ordinary(name).details), allow_nan=False)


@every_method
def test_whatever_is_null_in_the_details_has_its_reason_beside_it(name):
    def check(value: Any, path: str) -> None:
        if isinstance(value, dict):
            nulls = {key for key, inner in value.items() if inner is None} - {"reason"}
            known = value.get("reason") is not None or nulls <= set(value.get("reasons") or {})
            assert known, (path, nulls)
        inside = (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
        )
        for key, inner in inside:
            check(inner, f"{path}/{key}")

    table = METHODS[name].answers.table
    for reading in (ordinary(name), read(name, columns_of(table), unit_cost=None)):
        check(dict(reading.details), "")


@every_method
def test_a_survey_that_nobody_answered_is_refused_with_a_reason(name):
    table = METHODS[name].answers.table

    with pytest.raises(NotEstimable) as refused:
        read(name, without_rows(columns_of(table)))

    assert refused.value.reason


@every_method
def test_one_respondent_never_makes_a_number_without_an_interval(name):
    try:
        reading = read(name, columns_of(METHODS[name].answers.table, n=1))
    except NotEstimable:
        return
    for key, estimate in estimates(reading):
        assert not estimate.known or estimate.low < estimate.high, key
