"""Published retention curves of two kinds of customers: the fits, five years held out, and one churn for all."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from models.retention.lifetime import Lifetime, LifetimeFit
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook
from models.retention.survival import survival

pytestmark = pytest.mark.real_data
SEEN = 7  # renewals to learn from; the other five are held out
KINDS = ("regular", "high_end")


@pytest.fixture(scope="module")
def curves(real_data: Path) -> dict[str, np.ndarray]:
    """Percent still there after 0 to 12 years, of about 1,000 customers each."""
    with (real_data / "sbg_retention" / "retention.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {kind: np.array([float(row[kind]) for row in rows]) for kind in KINDS}


@pytest.fixture(scope="module")
def fits(curves: dict[str, np.ndarray]) -> dict[str, LifetimeFit]:
    return {kind: Lifetime().fit(RenewalCounts.of_curve(10 * curves[kind][: SEEN + 1])) for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "published"),
    [("regular", (0.7041, 1.1820, -1.680265)), ("high_end", (0.6681, 3.8061, -1.611158))],
)
def test_the_published_fits_are_reproduced(fits, kind, published):
    best = fits[kind].best

    found = (float(best.alpha), float(best.beta), fits[kind].log_likelihood / 1000)
    assert found[:2] == pytest.approx(published[:2], abs=5e-5)
    assert found[2] == pytest.approx(published[2], abs=5e-7)


@pytest.mark.parametrize(("kind", "error"), [("regular", 0.0149), ("high_end", 0.0283)])
def test_the_five_years_held_out_are_projected_as_published(fits, curves, kind, error):
    years = range(SEEN + 1, 13)

    projected = np.array([float(fits[kind].best.survival(year)) for year in years])

    assert np.mean(np.abs(projected / (curves[kind][SEEN + 1 :] / 100) - 1)) == pytest.approx(error, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_held_out_lies_in_the_intervals(fits, curves, kind):
    for year in range(SEEN + 1, 13):
        band = fits[kind].survival(year, level=0.95)
        assert band.low <= curves[kind][year] / 100 <= band.high


def test_one_churn_for_all_would_have_left_hardly_anybody(fits, curves):
    """The first year's churn of the regular customers, held to for twelve years, leaves 0.4 % of them, not 17.3 %."""
    constant = (curves["regular"][1] / 100) ** 12

    assert constant == pytest.approx(0.0040, abs=5e-5)
    assert curves["regular"][12] / 100 == pytest.approx(0.173)
    assert fits["regular"].survival(12).value == pytest.approx(0.170, abs=2e-3)


def test_the_published_residual_lifetime_after_seven_years(fits):
    life = fits["high_end"].residual(7, Outlook(discount=0.1))

    assert float(fits["high_end"].best.residual(7, Outlook(discount=0.1))) == pytest.approx(7.530, abs=1e-3)
    assert life.low < 7.530 < life.high


@pytest.mark.parametrize("kind", KINDS)
def test_the_life_table_of_the_same_customers_is_their_curve(curves, kind):
    there = np.round(10 * curves[kind]).astype(int)
    leavers = np.repeat(np.arange(1, 13), -np.diff(there))

    stay = survival(
        np.concatenate([leavers, np.full(there[-1], 12)]), np.arange(there[0]) < leavers.size, level=0.95
    )

    np.testing.assert_allclose(stay.share, there / there[0])
