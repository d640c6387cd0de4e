"""Surveys as evidence: answers of zero must not stop the decision, and must not be weighed on a log scale."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.estimate import Label
from models.surveys._base import Demand, Reading
from pricing_service.decisions import canonical_json
from pricing_service.decisions._all_evidence import _spread
from tests.pricing_service.decisions.small_business import choices, decided, job_board, panel_from, told

FOUR = {"too_cheap": 0.5, "cheap": 0.8, "expensive": 0.9, "too_expensive": 1 / 0.9}
ZERO = dict.fromkeys(("too_cheap", "cheap", "expensive"), 0)


def test_respondents_who_would_pay_nothing_are_told_of_and_not_weighed(tmp_path: Path) -> None:
    tables = job_board(40)
    tables["price_sensitivity"] = [
        {"respondent_id": f"r{at:02d}", "item": "postings", **ZERO, "too_expensive": 5} for at in range(40)
    ]

    result = decided("unit_worth", panel_from(tables, tmp_path), metric="postings").result

    shown = json.loads(canonical_json(result))
    assert shown["evidence"]["willingness"] == []
    assert "typical_price_zero" in {caveat["code"] for caveat in shown["caveats"]}


def test_a_price_of_zero_has_no_place_in_the_spread_of_willingness() -> None:
    price, share = np.array([0.0, 10.0, 20.0, 40.0, 80.0]), np.array([0.99, 0.8, 0.5, 0.2, 0.05])
    reading, without = (
        Reading(
            about="willingness", respondents=90, clusters=90,
            typical=Label(unit="EUR").known(20.0, 18.0, 22.0, n=90),
            demand=Demand(price=price[keep], share=share[keep], low=share[keep], high=share[keep]),
        )
        for keep in (slice(None), slice(1, None))
    )  # fmt: skip

    assert _spread(reading) == _spread(without)


def test_the_spread_is_half_the_way_between_its_two_points() -> None:
    logs = np.linspace(0.0, 6.0, 601)
    share = np.clip(0.84 - 0.34 * (logs - 2.6), 0.0, 1.0)
    reading = Reading(
        about="willingness", respondents=90, clusters=90, typical=Label(unit="EUR").known(36.0, 30.0, 43.0, n=90),
        demand=Demand(price=np.exp(logs), share=share, low=share, high=share),
    )  # fmt: skip

    spread = _spread(reading)

    assert spread is not None
    assert spread.value == pytest.approx(1.0, rel=1e-6)


def test_the_spread_of_prices_that_were_named_comes_before_that_of_a_curve() -> None:
    named = Label(unit="log").known(0.5, 0.4, 0.6, n=90)
    logs = np.linspace(0.0, 6.0, 601)
    share = np.clip(0.84 - 0.34 * (logs - 2.6), 0.0, 1.0)
    reading = Reading(
        about="willingness", respondents=90, clusters=90, typical=Label(unit="EUR").known(36.0, 30.0, 43.0, n=90),
        spread=named, demand=Demand(price=np.exp(logs), share=share, low=share, high=share),
    )  # fmt: skip

    assert _spread(reading) == named


def test_a_curve_tells_its_spread_where_its_interval_ends_before_the_last_price() -> None:
    price, share = np.array([4.0, 6.5, 10.0, 15.0, 22.5]), np.array([0.95, 0.85, 0.5, 0.25, 0.1])
    reading = Reading(
        about="willingness", respondents=90, clusters=90, typical=Label(unit="EUR").known(10.0, 9.0, 11.0, n=90),
        demand=Demand(price=price, share=share, low=share - 0.08, high=np.minimum(share + 0.08, 1)),
    )  # fmt: skip

    spread = _spread(reading)

    assert spread is not None
    assert spread.low < 0.5 < spread.high
    assert spread.value == pytest.approx(np.log(19.5 / 6.6) / 2, rel=0.1)


def test_prices_that_respondents_named_lean_on_what_they_use_and_so_does_worth(tmp_path: Path) -> None:
    tables = job_board(60)
    used = {str(row["customer_id"]): 0.0 for row in tables["customers"]}
    for row in tables["usage"]:
        used[str(row["customer_id"])] += float(row["units"]) if row["metric"] == "postings" else 0.0
    tables["price_sensitivity"] = [
        {"respondent_id": customer, "customer_id": customer, "item": "postings"}
        | {name: round(200 * by * units**-0.5, 2) for name, by in FOUR.items()}
        for customer, units in used.items()
    ]
    panel = panel_from(tables, tmp_path)
    spread = np.log(list(used.values())).std(ddof=1)

    both, worth = (
        decided("unit_worth", panel, metric="postings", sources=sources).result["evidence"]["units_lean"]
        for sources in (["outcomes", "price_sensitivity"], ["outcomes"])
    )

    assert both["low"] < -0.5 * spread**2 < both["high"]
    assert worth["low"] < 0 < worth["high"]
    assert both["high"] - both["low"] < worth["high"] - worth["low"]


def test_reading_the_surveys_is_told_of_between_estimating_and_writing(tmp_path: Path) -> None:
    tables = job_board(20) | {"choices": choices(20, item="postings")}

    heard = told("unit_worth", panel_from(tables, tmp_path), metric="postings")

    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert len({share for step, share in heard if step == "Reading surveys"}) > 10
