"""Customer-months: rows that fit together, and a design whose covariates have neither unit nor place."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.retention.customer_months import BANDS, CustomerMonths, Design
from tests.models.retention.books import book


def test_the_design_has_a_column_a_band_and_standard_deviations():
    months = book(0, 1000)
    design = Design.of(months, BANDS)

    rows = np.concatenate([block.copy() for _, block in design.blocks(months.age, months.covariates)])

    assert rows.shape == (len(months), 7)
    assert len(months) > 8_192  # more than one block
    np.testing.assert_array_equal(rows[:, :5].sum(axis=1), 1)
    np.testing.assert_array_equal(rows[:, :5].argmax(axis=1), np.searchsorted(BANDS, months.age, "right") - 1)
    np.testing.assert_allclose(rows[:, 5:].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(rows[:, 5:].std(axis=0), 1)


def test_large_means_cost_no_digits_and_constants_count_as_nothing():
    rng = np.random.default_rng(0)
    x = np.column_stack([1e9 + rng.normal(size=500), np.full(500, 0.1)])
    months = CustomerMonths(ended=np.zeros(500), age=np.zeros(500), covariates=x, customer=np.arange(500))

    design = Design.of(months, (0,))

    assert design.sd[0] == pytest.approx(x[:, 0].std(), rel=1e-6)
    assert design.sd[1] == 0
    np.testing.assert_array_equal(design.standardised(x)[:, 1], 0)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"age": [0, -1]}, "between 0"),
        ({"age": [0]}, "entries, one per customer"),
        ({"covariates": [[1.0], [np.nan]]}, "finite"),
        ({"covariates": [1.0, 2.0]}, "2 rows"),
        ({"customer": [0.0, 1.0]}, "codes"),
        ({"customer": [0, -1]}, "codes"),
        ({"names": ("a", "b")}, "1 different names"),
        ({"ended": [0, -1]}, "between 0"),
    ],
)
def test_rows_that_do_not_fit_are_refused(columns, says):
    whole = {"ended": [0, 1], "age": [0, 1], "covariates": [[1.0], [2.0]], "customer": [0, 0]}

    with pytest.raises(InvalidInput, match=says):
        CustomerMonths(**{**whole, **columns})


def test_bands_rise_from_the_first_month():
    for bands in ((), (1, 3), (0, 3, 3)):
        with pytest.raises(InvalidInput, match="rise from 0"):
            Design.of(book(0, 20), bands)
