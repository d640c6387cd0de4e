"""Olist's sellers, through both doors: figures that were computed elsewhere come out again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.real_data import olist_sellers
from tests.real_data.conftest import CommandLine
from tests.real_data.served import analyse, register

pytestmark = pytest.mark.real_data

# sd of the log of GMV per unit over the 818 sellers, computed with pandas from seller_month.csv.gz; the
# README beside the data publishes the same figures with two digits.
SD_OF_LOGS = {
    "orders": 0.7299,
    "items": 0.7506,
    "listings_sold": 0.8460,
    "listings_live": 0.9093,
    "weight_kg": 1.0827,
    "categories_live": 1.0544,
    "photos_live": 1.0594,
}


@pytest.fixture(scope="module")
def folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "olist_sellers"
    olist_sellers.write(real_data / "olist_sellers", folder)
    return folder


@pytest.fixture(scope="module")
def verdict(folder: Path, command_line: CommandLine) -> dict[str, Any]:
    answer = command_line.analyze(folder, kind="value_metrics")
    assert answer.exit_code == 0, answer.errors
    assert answer.result is not None
    return answer.result


def test_orders_are_what_to_price_on(verdict: dict[str, Any]) -> None:
    assert verdict["recommended"] == "orders"


@pytest.mark.parametrize("metric", SD_OF_LOGS)
def test_value_per_unit_varies_as_published(verdict: dict[str, Any], metric: str) -> None:
    (entry,) = [entry for entry in verdict["ranking"] if entry["metric"] == metric]

    assert entry["log_sd"]["value"] == pytest.approx(SD_OF_LOGS[metric], abs=0.01)


def test_every_seller_with_twenty_orders_reports(verdict: dict[str, Any]) -> None:
    assert verdict["coverage"]["customers"] == 818
    assert verdict["coverage"]["reporting"] == 818


@pytest.mark.parametrize("kind", ["value_metrics", "unit_worth"])
def test_both_doors_give_the_same_answer(
    folder: Path, command_line: CommandLine, http: httpx.Client, kind: str
) -> None:
    dataset = register(http, folder, name="Olist sellers", currency="BRL")

    served = analyse(http, dataset["id"], kind=kind)
    answer = command_line.analyze(folder, kind=kind)

    assert served["status"] == "succeeded", served["error"]
    assert answer.exit_code == 0, answer.errors
    assert answer.result is not None
    assert served["result"] == {key: value for key, value in answer.result.items() if key != "rows"}


def test_an_order_is_worth_what_its_sellers_earn_with_it(folder: Path, command_line: CommandLine) -> None:
    """R$ 13.6 million over 98,666 orders are R$ 138 an order, gross of what sells without Olist."""
    answer = command_line.analyze(folder, kind="unit_worth")

    assert answer.result is not None, answer.errors
    assert answer.result["metric"] == "orders"
    assert answer.result["basis"] == "gross"
    assert 120 <= answer.result["worth_by_units"]["value"] <= 160
    assert answer.result["worth"]["unit"] == "BRL/orders"
