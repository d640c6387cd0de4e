"""Ideal customers on real tables: calibrated, better than single traits, and silent where there is only noise.

Run with `-s` to read the figures. Two bars are not reached, and are held here as they are: on Olist the gain over the
best single trait is within its error out of sample, and out of time, taught by 76 sellers, chances come out too flat.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.ideal_customers.levels import coded, levels_of
from models.ideal_customers.quality import quality_of
from models.ideal_customers.rehearsal import out_of_time
from tests.real_data import olist_sellers, saas_ledger, telco_churn
from tests.real_data.conftest import CommandLine
from tests.real_data.ideal_figures import tell

pytestmark = pytest.mark.real_data


def answered(command_line: CommandLine, folder: Path) -> dict[str, Any]:
    answer = command_line.analyze(folder, kind="ideal_customers")
    assert answer.exit_code == 0, answer.errors
    assert answer.result is not None
    return answer.result


@pytest.fixture(scope="module")
def sellers(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("datasets") / "won_sellers"
    olist_sellers.write_won_leads(real_data / "olist_sellers", folder)
    return answered(command_line, folder)


@pytest.fixture(scope="module")
def subscribers(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("datasets") / "telco_month"
    telco_churn.write_last_month(real_data / "telco_churn", folder, taken_on=date(2020, 1, 31))
    return answered(command_line, folder)


def test_won_sellers_are_told_apart_out_of_sample_with_chances_that_come_true(
    sellers: dict[str, Any],
) -> None:
    found = sellers["score_quality"]["out_of_sample"]
    tell("olist, out of sample", found)

    assert sellers["score_quality"]["predicts"] == "yes"
    assert found["reliability"]["within_sampling_error"]
    assert found["auc"]["value"] > found["by_trait"][0]["auc"]
    # Not reached: the gain is not beyond its own error.
    assert found["single_trait"]["beaten"] == "cannot_tell"


def test_sellers_who_came_later_are_ordered_better_than_by_any_single_trait(sellers: dict[str, Any]) -> None:
    found = sellers["score_quality"]["out_of_time"]
    tell("olist, out of time", found)

    assert found["single_trait"]["beaten"] == "yes"
    assert found["auc"]["value"] > found["by_trait"][0]["auc"]
    # Not reached: the chances that 76 sellers teach are too flat, and the answer says so.
    assert not found["reliability"]["within_sampling_error"]
    assert "chances_missed_later" in {each["code"] for each in sellers["caveats"]}


def test_subscribers_are_told_apart_better_than_by_any_single_trait_with_chances_that_come_true(
    subscribers: dict[str, Any],
) -> None:
    found = subscribers["score_quality"]["out_of_sample"]
    tell("telco, out of sample", found)

    assert found["single_trait"]["beaten"] == "yes"
    assert found["auc"]["value"] > found["by_trait"][0]["auc"] + 0.05
    assert found["reliability"]["within_sampling_error"]


def test_one_snapshot_of_subscribers_cannot_be_tried_in_time_and_says_so(subscribers: dict[str, Any]) -> None:
    assert subscribers["score_quality"]["out_of_time"] is None
    assert subscribers["score_quality"]["reasons"]["out_of_time"] == "history_too_short"
    assert "not_tried_in_time" in {each["code"] for each in subscribers["caveats"]}


@pytest.mark.parametrize(
    "names", [telco_churn.WHO_THEY_ARE, (*telco_churn.WHO_THEY_ARE, *telco_churn.WHAT_THEY_USE)]
)
def test_subscribers_who_signed_later_are_ordered_better_than_by_the_rule_of_earlier_ones(
    real_data: Path, names: tuple[str, ...]
) -> None:
    """The nearest that one snapshot comes to time: who stays its last month, taught by those who signed before."""
    accounts = pd.read_csv(real_data / "telco_churn" / "accounts.csv.gz").sort_values("account")
    values = {name: accounts[name].astype(str).tolist() for name in names}
    traits = [levels for name in names if (levels := levels_of(name, values[name])) is not None]
    stays = accounts["churn"].eq("No").to_numpy(np.float64)
    earlier = accounts["tenure"].to_numpy() >= accounts["tenure"].median()

    rehearsal = out_of_time(
        coded(traits, values), stays, [(np.flatnonzero(earlier), np.flatnonzero(~earlier))], seed=0
    )

    assert rehearsal is not None
    found = quality_of(rehearsal, expit(rehearsal.told))
    sys.stdout.write(
        f"\ntelco, later signers, {len(names)} traits: area {found.area.value:.3f}, gain {found.gain.value:.3f} "
        f"[{found.gain.low:.3f}, {found.gain.high:.3f}], best rule in hindsight {found.rule_areas.max():.3f}, "
        f"reliability p {found.reliability.p_value:.1e}\n"
    )
    assert found.gain.low > 0


def test_a_ledger_drawn_by_lot_has_no_profile(
    real_data: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    saas_ledger.write(real_data / "saas_ledger_synthetic", tmp_path / "ledger")

    found = answered(command_line, tmp_path / "ledger")

    tell("saas ledger, out of sample", found["score_quality"]["out_of_sample"])
    tell("saas ledger, out of time", found["score_quality"]["out_of_time"])
    assert found["score_quality"]["predicts"] == "no"
    assert not any(row["stands_out"] for row in found["profile"])
    assert found["ideal"] == {}
    assert "plan_tier" in {row["trait"] for row in found["left_out"]}
