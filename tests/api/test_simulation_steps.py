"""What is simulated is complete in itself, and made twice it is the same to the byte."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api import simulation_steps
from api.simulation_steps import CUSTOMERS, LINES, Asked
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.re_rating import SimulationOptions
from tests.pricing_service.re_rating.business import make_business

DRAFT = PriceBook.model_validate(
    {
        "name": "d",
        "currency": "EUR",
        "plans": [{"name": "a", "price": 20, "description": "words", "features": {"x": True}}],
        "features": [{"name": "x", "type": "DOMAIN", "value_type": "BOOLEAN", "default": False}],
    }
)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    return make_business(10).panel(tmp_path_factory.mktemp("panel"))


def asked() -> dict[str, object]:
    names = {"draft": "pb_1", "current": None}
    return Asked(DRAFT, None, names, SimulationOptions(as_of=date(2024, 7, 31))).as_json()


def test_what_is_asked_holds_the_books_without_what_no_bill_depends_on() -> None:
    held = asked()

    assert json.loads(json.dumps(held)) == held
    assert held["content_hash"] == DRAFT.content_hash, "of the whole draft"
    assert "words" not in json.dumps(held["draft"])
    assert simulation_steps.as_of(held) == date(2024, 7, 31)


def test_steps_that_run_again_write_the_same_bytes(panel: StoredPanel, tmp_path: Path) -> None:
    written = []
    for name in ("first", "again"):
        folder = tmp_path / name
        folder.mkdir()
        simulation_steps.simulate(panel, asked(), folder, progress=lambda *_: None)
        simulation_steps.render(folder, title="Acme", generated_for=panel.as_of)
        files = ("result.json", CUSTOMERS, LINES, "report.html")
        written.append([(folder / file).read_bytes() for file in files])

    assert written[0] == written[1]
    assert json.loads(written[0][0])["price_book"] == "pb_1"
