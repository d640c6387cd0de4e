"""Coding: attributes as columns, and which of them the tasks can tell apart."""

from __future__ import annotations

import numpy as np
import pytest

from models.choice.coding import code, identified

NONE = np.array([False, False, True, False, False, False])
TASK = np.array([0, 0, 0, 1, 1, 1])
ATTRIBUTES = {
    "support": np.array(["phone", "email", None, "email", "chat", "email"], dtype=object),
    "seats": np.array([5.0, 1, np.nan, 3, 3, 1]),
}
PRICE = np.array([9.0, 5, np.nan, 4, 8, 6])


def test_texts_become_levels_against_the_first_by_alphabet_and_numbers_stay():
    X, coding = code(ATTRIBUTES, price=PRICE, none=NONE)

    assert coding.names == ("price", "none", "seats", "support=email", "support=phone")
    assert coding.attributes == ("price", "none", "seats", "support", "support")
    assert coding.base == {"support": "chat"}
    assert X[0].tolist() == [9, 0, 5, 0, 1]
    assert X[2].tolist() == [0, 1, 0, 0, 0]


def test_the_typical_product_is_one_that_could_have_been_shown():
    _, coding = code(ATTRIBUTES, price=PRICE, none=NONE)

    assert coding.product == {"seats": 3, "support": "email"}
    assert coding.row().tolist() == [0, 0, 3, 1, 0]


def test_without_a_none_option_there_is_no_constant():
    _, coding = code({}, price=PRICE[3:], none=NONE[3:])

    assert coding.names == ("price",)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (np.array([3.0, 3, 3, 7, 7, 7]), "varies between tasks only"),
        (1 - NONE.astype(float), "is the same for all products: the none constant says it already"),
        (np.nan_to_num(PRICE) * 2 + NONE * 5, "is made of columns before it"),
    ],
)
def test_a_column_that_no_task_tells_from_the_others_is_not_identified(column, why):
    X, _ = code(ATTRIBUTES, price=PRICE, none=NONE)

    keep = identified(np.column_stack([X[:, :3], column]), TASK)

    assert keep.tolist() == [True, True, True, False], why
