"""CDNOW's customers: the published fits of three laws and of what they spend."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from models.purchases.bg_nbd import BgNbd, MbgNbd
from models.purchases.buying import Buying
from models.purchases.gamma_gamma import Spends
from models.purchases.histories import NEW, Histories
from models.purchases.pareto_nbd import ParetoNbd
from models.purchases.spending import Spending

pytestmark = pytest.mark.real_data


def columns(file: Path, *names: str) -> list[np.ndarray]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[name]) for row in rows]) for name in names]


@pytest.fixture(scope="module")
def customers(real_data: Path) -> Histories:
    return Histories.of_customers(*columns(real_data / "cdnow" / "rf.csv.gz", "frequency", "recency", "T"))


def parameters(best: object, *names: str) -> list[float]:
    return [float(getattr(best, name)[0]) for name in names]


def test_bg_nbd_is_fitted_to_the_printed_digits(customers):
    fit = Buying(BgNbd).fit(customers)

    assert parameters(fit.best, "r", "alpha", "a", "b") == pytest.approx(
        [0.24259, 4.41353, 0.79289, 2.42575], abs=1e-5
    )
    assert fit.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    one = Histories.of_customers([2], [30.43], [38.86])
    assert fit.best.purchases(NEW, 39.0)[0] == pytest.approx(1.19502, abs=1e-5)
    assert fit.best.active(one)[0] == pytest.approx(0.72661, abs=1e-5)
    assert fit.best.purchases(one, 39.0)[0] == pytest.approx(1.22591, abs=1e-5)


def test_pareto_nbd_is_fitted_at_least_as_well_as_published(customers):
    """Its likelihood is flat: the published parameters are as likely to within 1e-6, and ours no less."""
    fit, published = Buying(ParetoNbd).fit(customers), ParetoNbd(0.55328, 10.57758, 0.60624, 11.66835)

    assert parameters(fit.best, "r", "alpha", "s", "beta") == pytest.approx(
        [0.55328, 10.57758, 0.60624, 11.66835], rel=5e-5
    )
    assert fit.log_likelihood >= customers.total(published.log_likelihood(customers))


def test_the_second_law_is_as_likely_and_agrees_with_pareto_on_who_is_active(customers):
    plain, modified, pareto = (Buying(law).fit(customers) for law in (BgNbd, MbgNbd, ParetoNbd))

    assert modified.log_likelihood >= plain.log_likelihood
    assert modified.active().value == pytest.approx(pareto.active().value, rel=0.05)
    assert plain.active().value > 1.7 * pareto.active().value
    assert modified.purchases(39.0).value == pytest.approx(pareto.purchases(39.0).value, rel=0.08)


def test_spending_is_fitted_to_the_printed_digits(real_data):
    x, mean = columns(real_data / "cdnow" / "rfm.csv.gz", "x", "zbar")
    again = (x > 0) & (mean > 0)

    best = Spending().fit(Spends.of_customers(x[again], mean[again])).best

    assert again.sum() == 946
    assert parameters(best, "p", "q", "v") == pytest.approx([6.2488, 3.7446, 15.4477], abs=6e-5)
