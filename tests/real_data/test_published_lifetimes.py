"""Published fits of two well-known tables: Kaplan-Meier to the digit, and Cox's and Weibull's answers by the hazard.

The tables are those that lifelines brings along; they are not part of this repository. Where lifelines is not
installed the tests are skipped: ``pip install --no-deps lifelines`` is enough, since only its files are read.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from models.retention.customer_months import BANDS, CustomerMonths
from models.retention.hazard import Hazard, HazardFit, quantile
from models.retention.survival import survival

pytestmark = pytest.mark.real_data
COX = {
    "fin": -0.379422, "age": -0.057438, "race": 0.313900, "wexp": -0.149796, "mar": -0.433704,
    "paro": -0.084871, "prio": 0.091497,
}  # fmt: skip
"""Log hazard ratios of arrest, Efron's ties (lifelines and scikit-survival agree to six digits)."""
COX_ERROR_OF_FIN = 0.191379
WEIBULL = {"fin": 0.27217, "age": 0.04071, "prio": -0.06582}
"""Log time ratios of the accelerated lifetimes of the same people."""
WEIBULL_SHAPE = np.exp(0.33910)
WALTONS_SCALE, WALTONS_SHAPE = 55.7331, 3.45051


@dataclass(frozen=True)
class Lives:
    """How long each lived, in whole units of time, whether its end was seen, and what was known of it."""

    durations: np.ndarray
    ended: np.ndarray
    covariates: np.ndarray
    names: tuple[str, ...]

    def by_unit(self) -> CustomerMonths:
        """Write them down unit by unit of time."""
        who = np.repeat(np.arange(self.durations.size), self.durations)
        ends = np.zeros(who.size, dtype=np.int64)
        ends[np.cumsum(self.durations) - 1] = self.ended
        age = np.concatenate([np.arange(each) for each in self.durations])
        return CustomerMonths(
            ended=ends, age=age, covariates=self.covariates[who], customer=who, names=self.names
        )


def table(name: str) -> list[dict[str, str]]:
    """Read one of lifelines' tables, without importing lifelines."""
    package = find_spec("lifelines")
    if package is None or not package.submodule_search_locations:
        pytest.skip("lifelines is not installed: pip install --no-deps lifelines")
    path = Path(package.submodule_search_locations[0]) / "datasets" / name
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def rossi() -> Lives:
    """432 people in the 52 weeks after prison, until they were arrested again."""
    rows = table("rossi.csv")
    week, arrest = (np.array([int(row[name]) for row in rows]) for name in ("week", "arrest"))
    return Lives(week, arrest > 0, np.array([[float(row[name]) for name in COX] for row in rows]), tuple(COX))


@pytest.fixture(scope="module")
def waltons() -> Lives:
    """163 fruit flies, by days; most of them were looked at once a week."""
    rows = table("waltons_dataset.csv")
    days, died = (np.array([int(float(row[name])) for row in rows]) for name in ("T", "E"))
    return Lives(days, died > 0, np.zeros((days.size, 0)), ())


def each_week_of_its_own(lives: Lives) -> tuple[int, ...]:
    """Bands of age: one for each week in which anybody ended, as in Cox's model."""
    return tuple(sorted({0, *(lives.durations[lives.ended] - 1).tolist()}))


def values(fit: HazardFit) -> dict[str, float]:
    return {name: float(each.value or 0.0) for name, each in fit.effects().items()}


def test_kaplan_meier_has_the_published_shares_and_band(rossi: Lives) -> None:
    stay = survival(rossi.durations, rossi.ended, level=0.95)

    assert stay.at(26).value == pytest.approx(0.875, abs=1e-6)
    year = stay.at(52)
    assert (year.value, year.low, year.high) == pytest.approx((0.736111, 0.69186, 0.77506), abs=5e-6)


def test_kaplan_meier_has_the_published_median(waltons: Lives) -> None:
    assert survival(waltons.durations, waltons.ended).median().value == 56


@pytest.mark.parametrize(("bands", "apart"), [("usual", 0.0025), ("each week", 0.0055)])
def test_the_hazard_of_weeks_agrees_with_cox(rossi: Lives, bands: str, apart: float) -> None:
    chosen = BANDS if bands == "usual" else each_week_of_its_own(rossi)

    found = values(Hazard(bands=chosen).fit(rossi.by_unit()))

    assert max(abs(found[name] - cox) for name, cox in COX.items()) < apart


def test_its_standard_error_by_customer_is_coxs(rossi: Lives) -> None:
    fin = Hazard().fit(rossi.by_unit()).effects(level=0.95)["fin"]

    error = (fin.high - fin.low) / 2 / quantile(rossi.durations.size, 0.95)
    assert error == pytest.approx(COX_ERROR_OF_FIN, rel=0.025)


def test_weibulls_time_ratios_are_the_hazards_in_other_words(rossi: Lives) -> None:
    """A lifetime that is e^β times as long is a hazard that is e^(-ρβ) times as high."""
    found = values(Hazard().fit(rossi.by_unit()))

    for name, ratio in WEIBULL.items():
        assert found[name] == pytest.approx(-WEIBULL_SHAPE * ratio, abs=0.005), name


def test_a_hazard_that_rises_with_the_log_of_age_is_weibulls_law(waltons: Lives) -> None:
    aged = Lives(waltons.durations, waltons.ended, np.zeros((waltons.durations.size, 1)), ("log age",))
    months = aged.by_unit()
    log_age = np.log(np.asarray(months.age) + 0.5)[:, None]
    aging = CustomerMonths(
        ended=months.ended, age=months.age, covariates=log_age, customer=months.customer, names=aged.names
    )
    fit = Hazard(bands=(0,)).fit(aging)

    shape = fit.effects()["log age"]
    assert shape.low < WALTONS_SHAPE - 1 < shape.high
    assert shape.value == pytest.approx(WALTONS_SHAPE - 1, abs=0.1)
    days = np.arange(1, 101)
    law = np.exp(-((days / WALTONS_SCALE) ** WALTONS_SHAPE))
    assert np.abs(fit.staying(0, np.log(days - 0.5)[:, None]) - law).max() < 0.02
