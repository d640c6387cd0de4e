"""The same bytes on one thread and on two, from as many rows as linear algebra shares out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from models.surveys._base import Asked
from models.surveys.gabor_granger import GaborGranger, GaborGrangerAnswers
from models.surveys.worth_checks import WorthCheckAnswers, WorthChecks
from models.threads import on_one_thread
from models.willingness.quotes import LOST_ON_PRICE, WON, Quotes, read_quotes
from tests.contracts.survey_columns import columns_of

ROWS = 40_000
ASKED = Asked(unit="EUR/posting", resamples=50)


def ladders() -> object:
    weight = np.repeat(np.random.default_rng(3).uniform(0.5, 2, ROWS), 6)
    columns = columns_of("purchase_intent", n=ROWS) | {"weight": weight}
    return GaborGranger().read(GaborGrangerAnswers.of(columns), ASKED).typical


def checks() -> object:
    return WorthChecks().read(WorthCheckAnswers.of(columns_of("worth_checks", n=ROWS)), ASKED).typical


def quotes() -> object:
    rng = np.random.default_rng(0)
    willing, price = 10 * np.exp(0.5 * rng.normal(size=ROWS)), 10 * np.exp(0.3 * rng.normal(size=ROWS))
    result = np.where(willing >= price, WON, LOST_ON_PRICE).astype(object)
    offers = Quotes(price=price, result=result, list_price=price, traits=rng.normal(size=(ROWS, 1)))
    return read_quotes(offers, unit="EUR/posting").willingness


@pytest.mark.parametrize("read", [ladders, checks, quotes])
def test_what_is_read_does_not_depend_on_threads(read: Callable[[], Any]) -> None:
    with threadpool_limits(1):
        alone = read()
    with threadpool_limits(2):
        together = read()

    assert alone == together
    assert alone.known


def test_the_function_keeps_its_name_arguments_and_answer() -> None:
    @on_one_thread
    def total(first: int, *, second: int) -> int:
        return first + second

    assert total(1, second=2) == 3
    assert total.__name__ == "total"
