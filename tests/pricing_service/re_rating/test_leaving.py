"""Who leaves is told by what customers would pay, where the data tell it, and is assumed and said so elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import InvalidInput
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.re_rating import SimulationOptions
from pricing_service.re_rating.simulation import Books, simulate
from tests.pricing_service.decisions.small_business import Row, Tables, month_ends, panel_from

CUSTOMERS, POSTINGS, PAYS, WOULD_PAY = 60, 10, 40.0, 8.0
"""All pay 4 EUR a posting today; of those who are asked, half would pay 8."""


def business() -> Tables:
    """Customers who use and pay the same; prospects who were offered a posting, and told so much."""
    customers = [f"c{at:03d}" for at in range(CUSTOMERS)]
    return {
        "customers": [{"customer_id": each, "signed_up": "2024-07-01"} for each in customers],
        "subscriptions": [subscribed(each) for each in customers],
        "usage": [
            {"customer_id": each, "date": month, "metric": "postings", "units": POSTINGS}
            for each in customers
            for month in month_ends(6)
        ],
        "metrics": [{"metric": "postings", "kind": "flow"}],
        "quotes": offers(),
        "leads": [{"lead_id": row["lead_id"], "created": "2025-02-01"} for row in offers()],
    }


def subscribed(customer: str, start: str = "2024-07-01", end: str = "", mrr: float = PAYS) -> Row:
    return {"customer_id": customer, "start": start, "end": end, "plan": "team", "mrr": mrr}


def offers() -> list[Row]:
    rng = np.random.default_rng(4)
    rows: list[Row] = []
    for at in range(200):
        price = (4.0, 6.0, 8.0, 12.0)[at % 4]
        won = WOULD_PAY * np.exp(rng.normal(0, 0.4)) >= price
        said = {"result": "won" if won else "lost", "reason": "" if won else "price"}
        sums = {"units": POSTINGS, "list_price": POSTINGS * price, "price": POSTINGS * price}
        rows.append(
            {
                "quote_id": f"q{at}",
                "lead_id": f"l{at}",
                "date": "2025-03-01",
                "metric": "postings",
                **sums,
                **said,
            }
        )
    return rows


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    return panel_from(business(), tmp_path_factory.mktemp("asked"))


def at(price: float, **fields: Any) -> PriceBook:
    return PriceBook.model_validate(
        {"name": "b", "currency": "EUR", "plans": [{"name": "team", "price": price, **fields}]}
    )


def behaviour(
    panel: StoredPanel, draft: PriceBook, current: PriceBook | None = None, **options: Any
) -> dict[str, Any]:
    found: dict[str, Any] = simulate(panel, Books(draft, current), SimulationOptions(**options)).result
    return found["behaviour"] | {"sentences": " ".join(found["sentences"])}


def test_evidence_of_what_customers_would_pay_tells_who_leaves(panel: StoredPanel) -> None:
    found = behaviour(panel, at(2 * PAYS))

    assert found["rests_on"] == "evidence"
    evidence = found["evidence"]
    assert (evidence["metric"], evidence["sources"]) == ("postings", ["quotes"])
    assert evidence["willingness"]["low"] < WOULD_PAY < evidence["willingness"]["high"]
    assert evidence["customers"] == CUSTOMERS
    assert "as quotes won and lost tell it" in found["sentences"]
    assert found["assumptions"] == {"least_saving": 0.05}, "of who leaves nothing is assumed"
    assert found["next_data"] == []


def test_half_leave_at_what_half_would_pay_and_few_leave_below(panel: StoredPanel) -> None:
    """At 8 EUR a posting half of all would buy, and of those who pay 4 nearly all are still there, more by inertia."""
    little, much, most = (behaviour(panel, at(price))["leave"] for price in (44, 80, 200))

    assert little["low"] <= 0.03 * CUSTOMERS
    assert little["high"] < 0.1 * CUSTOMERS
    assert much["low"] < 0.4 * CUSTOMERS < much["high"]
    assert most["low"] > 0.8 * CUSTOMERS


def test_nobody_leaves_at_todays_bill(panel: StoredPanel) -> None:
    assert behaviour(panel, at(PAYS))["leave"] == {"low": 0, "high": 0}


def test_a_customer_keeps_its_discount_from_the_list(panel: StoredPanel) -> None:
    """At twice the bill it is the list that rises by a tenth, and not the bill that doubles."""
    same, tenth = (behaviour(panel, at(price), at(80))["leave"] for price in (80, 88))

    assert same == {"low": 0, "high": 0}
    assert tenth == behaviour(panel, at(44))["leave"]


def test_todays_bill_counts_and_not_what_was_paid_before_a_raise(tmp_path: Path) -> None:
    tables = business()
    tables["subscriptions"] = [
        each
        for row in tables["subscriptions"]
        for each in (
            subscribed(str(row["customer_id"]), end="2025-05-01", mrr=PAYS / 2),
            subscribed(str(row["customer_id"]), start="2025-05-01"),
        )
    ]

    found = behaviour(panel_from(tables, tmp_path), at(PAYS))

    assert found["rests_on"] == "evidence"
    assert found["leave"] == {"low": 0, "high": 0}


def test_who_pays_nothing_today_or_uses_none_is_assumed_counted_and_said(tmp_path: Path) -> None:
    tables = business()
    tables["subscriptions"][0]["end"] = "2025-04-01"
    tables["usage"] = [row for row in tables["usage"] if row["customer_id"] != "c001"]

    found = behaviour(panel_from(tables, tmp_path), at(44))

    assert found["assumed_for"] == [
        {"reason": "no_bill_today", "customers": 1},
        {"reason": "metric_not_used", "customers": 1},
    ]
    assert found["evidence"]["customers"] == CUSTOMERS - 2
    assert found["assumptions"]["leaving_high"] == 0.5
    assert "1 pay nothing today and 1 have not used it" in found["sentences"]


def test_without_evidence_it_is_assumed_with_the_reason_and_what_would_tell(tmp_path: Path) -> None:
    tables = business() | {"quotes": [], "leads": []}

    found = behaviour(panel_from(tables, tmp_path), at(44))

    assert found["rests_on"] == "assumption"
    assert (found["evidence"], found["reasons"]) == (None, {"evidence": "no_evidence"})
    assert [each["code"] for each in found["caveats"]] == ["leaving_assumed"]
    assert found["next_data"][0]["what"] == "quotes or price_changes"
    assert "nothing tells what customers would pay for a unit. To have it told" in found["sentences"]
    assert (found["leave"]["low"], found["leave"]["high"]) == pytest.approx((0.6, 3.0))


def test_a_metric_that_nobody_has_used_tells_nothing(tmp_path: Path) -> None:
    tables = business()
    tables["usage"].append({"customer_id": "c000", "date": "2025-03-01", "metric": "idle", "units": 0})
    tables["metrics"].append({"metric": "idle", "kind": "flow"})
    tables["quotes"] = [row | {"metric": "idle"} for row in tables["quotes"]]

    found = behaviour(panel_from(tables, tmp_path), at(44), leaving_metric="idle")

    assert (found["rests_on"], found["reasons"]) == ("assumption", {"evidence": "no_usage"})


def test_it_is_assumed_where_that_is_asked_and_the_evidence_is_not_read(
    panel: StoredPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("pricing_service.re_rating.leaving.Payers.of")

    found = behaviour(panel, at(44), leaving="assumed")

    assert (found["rests_on"], found["reasons"]) == ("assumption", {"evidence": "not_asked"})
    assert found["caveats"] == found["next_data"] == []


def test_a_metric_that_the_data_do_not_have_is_refused(panel: StoredPanel) -> None:
    with pytest.raises(InvalidInput, match="tokens"):
        behaviour(panel, at(44), leaving_metric="tokens")


def test_the_same_question_gives_the_same_band(panel: StoredPanel) -> None:
    assert behaviour(panel, at(60)) == behaviour(panel, at(60))
