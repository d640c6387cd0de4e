"""Growth and retention on real tables: each figure against its own, plain calculation, and what growth confounds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import special

from models.estimate import Estimate
from models.retention.survival import survival
from models.retention.valuation import Slopes, slopes
from tests.real_data import olist_sellers, saas_ledger, telco_churn
from tests.real_data.conftest import CommandLine

pytestmark = pytest.mark.real_data
LEVEL = 0.95


def answered(command_line: CommandLine, folder: Path) -> dict[str, Any]:
    answer = command_line.analyze(folder, kind="growth")
    assert answer.exit_code == 0, answer.errors
    assert answer.result is not None
    return answer.result


@pytest.fixture(scope="module")
def ledger(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("datasets") / "ledger"
    saas_ledger.write(real_data / "saas_ledger_synthetic", folder)
    return answered(command_line, folder)


@pytest.fixture(scope="module")
def month_ends(real_data: Path) -> pd.DataFrame:
    """What each account pays at each month-end, summed from its subscriptions without the product."""
    file = real_data / "saas_ledger_synthetic" / "subscriptions.csv.gz"
    rows = pd.read_csv(file, parse_dates=["start_date", "end_date"])
    rows = rows[~rows["is_trial"]]
    paid = {}
    for day in pd.date_range("2023-01-31", "2024-12-31", freq="ME"):
        runs = (rows["start_date"] <= day) & (rows["end_date"].isna() | (rows["end_date"] > day))
        paid[day.strftime("%Y-%m")] = rows[runs].groupby("account_id")["mrr_amount"].sum()
    return pd.DataFrame(paid).fillna(0.0)


def test_every_months_revenue_and_customers_are_the_subscriptions_own(
    ledger: dict[str, Any], month_ends: pd.DataFrame
) -> None:
    found = pd.DataFrame(ledger["months"]).set_index("month")

    assert found.index.tolist() == month_ends.columns.tolist()
    assert found["closing_mrr"].tolist() == pytest.approx(month_ends.sum().tolist(), abs=0.005)
    assert found["customers"].tolist() == (month_ends > 0).sum().tolist()
    assert found["closing_mrr"].iloc[-1] == 10_159_608


def test_retention_of_the_last_window_is_that_of_the_subscriptions(
    ledger: dict[str, Any], month_ends: pd.DataFrame
) -> None:
    then, now = month_ends["2023-12"], month_ends["2024-12"]
    there = then > 0
    last = ledger["months"][-1]

    assert last["nrr"]["value"] == pytest.approx(now[there].sum() / then.sum(), abs=1e-6)
    assert last["grr"]["value"] == pytest.approx(np.minimum(then, now).sum() / then.sum(), abs=1e-6)
    assert last["logo_retention"]["value"] == pytest.approx((now[there] > 0).mean(), abs=1e-6)
    assert last["nrr"]["n"] == there.sum()
    assert (last["nrr"]["value"], last["grr"]["value"]) == pytest.approx((2.922709, 0.995900), abs=1e-6)


def test_the_bridge_closes_and_its_lines_are_the_accounts_moves(
    ledger: dict[str, Any], month_ends: pd.DataFrame
) -> None:
    found = pd.DataFrame(ledger["months"]).set_index("month")
    gains = found[["new", "reactivation", "expansion", "price_raise"]].sum(axis=1)
    losses = found[["contraction", "churn"]].sum(axis=1)
    before = month_ends.shift(axis=1, fill_value=0.0)
    moved, stays = month_ends - before, (before > 0) & (month_ends > 0)
    first = month_ends.gt(0).cumsum(axis=1).eq(1) & month_ends.gt(0)

    assert (found["opening_mrr"] + gains - losses - found["closing_mrr"]).abs().max() < 0.005
    assert found["opening_mrr"].tolist()[1:] == found["closing_mrr"].tolist()[:-1]
    plainly = {
        "new": month_ends.where(first, 0),
        "expansion": moved.clip(lower=0).where(stays, 0),
        "contraction": (-moved).clip(lower=0).where(stays, 0),
        "churn": before.where(month_ends == 0, 0),
    }
    for line, amounts in plainly.items():
        assert found[line].tolist() == pytest.approx(amounts.sum().tolist(), abs=0.005), line


def test_a_snapshot_tells_last_months_losses_and_no_years_retention(
    real_data: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    """Published: 456,116.60 USD a month of 7,043 customers, 30.5 % of which left within the month."""
    telco_churn.write_last_month(real_data / "telco_churn", tmp_path / "telco", taken_on=date(2020, 1, 31))

    found = answered(command_line, tmp_path / "telco")

    before, last = found["months"]
    assert (before["closing_mrr"], before["customers"]) == (456_116.60, 7_043)
    assert last["churn"] / last["opening_mrr"] == pytest.approx(0.305, abs=5e-4)
    assert last["movements"]["churn"] == 1_869
    assert (last["grr"]["value"], last["grr"]["reason"]) == (None, "window_not_over")


def test_without_bills_growth_is_refused_by_what_is_missing(
    real_data: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    """A marketplace's sellers have sales, and no table of what they pay for selling."""
    olist_sellers.write(real_data / "olist_sellers", tmp_path / "sellers")

    answer = command_line.analyze(tmp_path / "sellers", kind="growth")

    assert (answer.exit_code, answer.result) == (2, None)
    assert "subscriptions" in answer.errors
    assert "Traceback" not in answer.errors


def test_stays_by_contract_are_the_product_of_each_months_share_who_stay(real_data: Path) -> None:
    accounts = pd.read_csv(real_data / "telco_churn" / "accounts.csv.gz")
    after = {}
    for contract, group in accounts.groupby("contract"):
        left = group["churn"].eq("Yes")
        found = survival(group["tenure"].to_numpy(), left.to_numpy())
        at_risk = [(group["tenure"] >= month).sum() for month in range(1, found.last_month + 1)]
        lost = group["tenure"][left].value_counts().reindex(range(1, found.last_month + 1), fill_value=0)
        plainly = (1 - lost.to_numpy() / np.array(at_risk)).cumprod()

        assert found.share[1:] == pytest.approx(plainly, abs=1e-12), contract
        after[contract] = [found.at(month).value for month in (12, 24, 60)]
    assert after["Month-to-month"] < after["One year"] < after["Two year"]


@pytest.fixture(scope="module")
def companies(real_data: Path) -> tuple[Slopes, int]:
    rows = pd.read_csv(real_data / "saas_comps_2021" / "comps.csv")
    rows = rows.dropna(subset=["nrr", "ntm_growth", "ev_ntm_revenue"])
    found = slopes(
        rows["nrr"].to_numpy(), rows["ntm_growth"].to_numpy(), rows["ev_ntm_revenue"].to_numpy(), level=LEVEL
    )
    return found, len(rows)


def error_of(slope: Estimate, freedom: int) -> float:
    """Return the standard error behind an interval."""
    assert slope.low is not None
    assert slope.high is not None
    return float((slope.high - slope.low) / 2 / special.stdtrit(freedom, (1 + LEVEL) / 2))


def test_between_companies_a_point_of_retention_goes_with_a_higher_multiple(
    companies: tuple[Slopes, int],
) -> None:
    found, n = companies

    assert n == found.alone.n == 35
    assert found.alone.value == pytest.approx(0.446, abs=5e-4)
    assert found.alone.low > 0.2


def test_beside_growth_a_point_of_retention_goes_with_nothing(companies: tuple[Slopes, int]) -> None:
    """That retention raises the price of a company cannot be read off companies: it acts through growth, if at all."""
    found, n = companies
    net, growth = found.beside_growth, found.growth
    errors = [100 * error_of(each, n - 3) for each in (net, growth)]

    assert (100 * net.value, 100 * growth.value) == pytest.approx((3.4, 64.2), abs=0.05)
    assert errors == pytest.approx([9.5, 10.6], abs=0.05)
    assert 2 * special.stdtr(n - 3, -100 * net.value / errors[0]) == pytest.approx(0.72, abs=5e-3)
    assert net.low < 0 < net.high
    assert growth.low > 0
