"""Somebody who has nothing but a survey: from one file to a price and a page, over HTTP and at the command line."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import PROGRAM
from tests.pricing_service.decisions.small_business import four_prices

pytestmark = pytest.mark.slow

ROWS = [
    row | {"item": "team", "customer_id": "", "intent_cheap": 5, "intent_expensive": 3}
    for row in four_prices("team", median=50.0, respondents=60)
]


def as_csv(rows: Sequence[Mapping[str, object]] = ROWS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_one_survey_file_is_enough_for_a_price(ada: httpx.Client, tmp_path: Path) -> None:
    files = {"files": ("price_sensitivity.csv", as_csv())}
    dataset = ada.post("/v1/datasets", data={"name": "Survey", "currency": "EUR"}, files=files).json()
    asked = {"dataset": dataset["id"], "kind": "willingness_to_pay", "seed": 5}
    done = ada.post("/v1/analyses", json=asked, headers={"Prefer": "wait=60"}).json()
    page = ada.get(f"/v1/analyses/{done['id']}/report").text

    assert done["status"] == "succeeded", done["error"]
    methods = {entry["method"]: entry for entry in done["result"]["items"]}
    assert set(methods) == {"van_westendorp", "newton_miller_smith"}
    assert methods["newton_miller_smith"]["best_price"]["revenue"]["value"] > 20
    assert "What people say that they would pay" in page

    folder, out = tmp_path / "survey", tmp_path / "out.json"
    folder.mkdir()
    (folder / "price_sensitivity.csv").write_text(as_csv(), encoding="utf-8")
    command = [*PROGRAM, "analyze", str(folder), "--kind", "willingness_to_pay", "--currency", "EUR"]
    subprocess.run([*command, "--seed", "5", "--json", str(out)], check=True, capture_output=True)
    assert json.loads(out.read_text()) == done["result"]


def test_quotes_to_those_who_were_asked_say_how_far_intents_go(ada: httpx.Client, tmp_path: Path) -> None:
    """Everybody who answered 5 was quoted the price that they had judged, and one in four bought."""
    folder, out = tmp_path / "quoted", tmp_path / "out.json"
    folder.mkdir()
    who = {"price_sensitivity": as_csv()}
    who["leads"] = as_csv([{"lead_id": row["respondent_id"], "created": "2025-01-01"} for row in ROWS])
    quotes = [
        {"quote_id": f"q{at}", "lead_id": row["respondent_id"], "date": "2025-02-01", "plan": "team",
         "price": row["cheap"], "result": "lost" if at % 4 else "won"}
        for at, row in enumerate(ROWS)
    ]  # fmt: skip
    who["quotes"] = as_csv(quotes)
    for name, text in who.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    files = [("files", (f"{name}.csv", text)) for name, text in who.items()]
    dataset = ada.post("/v1/datasets", data={"name": "Quoted", "currency": "EUR"}, files=files).json()
    asked = {"dataset": dataset["id"], "kind": "willingness_to_pay", "seed": 5}

    done = ada.post("/v1/analyses", json=asked, headers={"Prefer": "wait=60"}).json()
    page = ada.get(f"/v1/analyses/{done['id']}/report").text
    command = [*PROGRAM, "analyze", str(folder), "--kind", "willingness_to_pay", "--currency", "EUR"]
    subprocess.run([*command, "--seed", "5", "--json", str(out)], check=True, capture_output=True)

    assert json.loads(out.read_text()) == done["result"]
    found = next(each for each in done["result"]["items"] if each["method"] == "newton_miller_smith")
    very_likely = found["details"]["intent_calibration"]["intents"][0]["buys"]
    assert very_likely["n"] == 60
    assert very_likely["low"] < 0.25 < very_likely["high"]
    assert "Taken to buy" in page
    assert any("Quotes to 60 who have also judged the price" in said for said in done["result"]["sentences"])


def test_a_survey_cannot_tell_which_metric_to_price_on_and_says_what_would(ada: httpx.Client) -> None:
    files = {"files": ("price_sensitivity.csv", as_csv())}
    dataset = ada.post("/v1/datasets", data={"name": "Survey", "currency": "EUR"}, files=files).json()

    refused = ada.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "value_metrics"})

    assert refused.status_code == 422
    assert refused.json()["code"] == "missing_tables"
    assert "usage" in refused.text
