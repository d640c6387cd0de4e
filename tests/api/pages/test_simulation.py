"""The simulation's page says what the numbers say, and lets no name in the data out of its cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.pages.simulation import render_simulation
from pricing_service.price_book import PriceBook
from pricing_service.re_rating import SimulationOptions
from pricing_service.re_rating.simulation import Books, simulate
from tests.pricing_service.re_rating.business import make_business


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    limited = {"name": "a", "price": 300, "charges": [{"metric": "calls", "included_units": 3000}]}
    draft = {"name": "d", "currency": "EUR", "plans": [limited, {"name": "b", "price": 900}]}
    panel = make_business(20).panel(tmp_path_factory.mktemp("page"))
    return simulate(panel, Books(PriceBook.model_validate(draft), None), SimulationOptions()).result


def page(result: dict[str, Any]) -> str:
    return render_simulation(result, title="Acme", generated_for=date(2026, 1, 31))


def test_it_shows_the_total_the_picture_the_moves_and_the_cliffs(result: dict[str, Any]) -> None:
    text = page(result)

    assert result["moves"]
    assert result["cliffs"]
    for sentence in result["sentences"][:2]:
        assert sentence in text
    for part in ("<svg", "Who is on another plan", "Where one more unit makes the bill jump", "assumed"):
        assert part in text


def test_it_says_on_what_evidence_customers_leave_and_of_whom_nothing_is_known(
    result: dict[str, Any],
) -> None:
    told = {
        "rests_on": "evidence",
        "evidence": {"metric": "postings", "level": 0.9, "sources": ["quotes"], "customers": 18},
        "assumed_for": [{"reason": "no_bill_today", "customers": 2}],
        "caveats": [{"code": "x", "message": "two <sources> disagree"}],
    }

    text = page({**result, "behaviour": {**result["behaviour"], **told}})

    for part in (
        "what customers would pay for their postings",
        "holds 90",
        "Of 2 customers nothing is known",
    ):
        assert part in text
    assert "two &lt;sources&gt; disagree" in text


def test_an_empty_simulation_is_a_page_too(result: dict[str, Any]) -> None:
    empty = {
        **result,
        "largest_rises": [],
        "largest_falls": [],
        "moves": [],
        "cliffs": [],
        "change": {"groups": []},
    }
    empty["total"] = {"change_share": None}

    assert "not known" in page(empty)


def test_a_name_in_the_data_stays_text(result: dict[str, Any]) -> None:
    worst = {"customer_id": "<script>x</script>", "before": 1.0, "after": 2.0, "change": 1.0}

    assert "<script>" not in page({**result, "largest_rises": [worst]})


def test_the_yen_has_no_decimals(result: dict[str, Any]) -> None:
    worst = {"customer_id": "c", "before": 1000.0, "after": 2000.0, "change": 1000.0}

    assert "<td>2,000</td>" in page({**result, "currency": "JPY", "largest_rises": [worst]})
