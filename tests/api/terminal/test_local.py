"""What the command line asks is checked as the API checks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.exceptions import RequestValidationError

from api.problems import Malformed, TablesMissing
from api.terminal import local
from pricing_service.decisions import DECISIONS
from tests.api import small_business
from tests.pricing_service.decisions.small_business import write
from tests.pricing_service.decisions.test_tiers import board


@pytest.mark.parametrize("kind", sorted(DECISIONS))
def test_a_question_carries_its_options_with_defaults(kind: str) -> None:
    question = local.Asked(kind=kind, options='{"level": 0.8}', seed=3).question()

    assert (question.kind, question.seed) == (kind, 3)
    assert question.options == DECISIONS[kind].options(level=0.8).model_dump(mode="json")


@pytest.mark.parametrize(
    ("kind", "options", "refusal"),
    [
        ("horoscope", "{}", RequestValidationError),
        ("report", '{"levle": 1}', RequestValidationError),
        ("report", "5", RequestValidationError),
        ("report", "{", Malformed),
    ],
)
def test_what_the_api_would_refuse_is_refused(kind: str, options: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        local.Asked(kind=kind, options=options, seed=0).question()


def test_nothing_is_written_for_a_refused_question(tmp_path: Path) -> None:
    exports, out = tmp_path / "exports", tmp_path / "out.json"
    exports.mkdir()
    (exports / "customers.csv").write_text(small_business.tables()["customers.csv"])
    asked = local.Asked(kind="value_metrics", options="{}", seed=0)

    with pytest.raises(TablesMissing):
        local.analyze(str(exports), asked, currency="EUR", json_out=out, report_out=None)

    assert not out.exists()


def test_a_kept_search_goes_on_in_a_later_run(tmp_path: Path) -> None:
    exports = write(board(), tmp_path / "exports")
    keep = tmp_path / "not yet" / "kept"
    written = []
    for trials in (40, 40, 80):
        options = json.dumps({"metric": "postings", "max_tiers": 1, "frontier_trials": trials})
        asked = local.Asked(kind="tiers", options=options, seed=0)
        out = tmp_path / "out.json"
        local.analyze(str(exports), asked, currency="EUR", json_out=out, report_out=None, keep=keep)
        (study,) = keep.iterdir()
        written.append((study.read_bytes(), out.read_bytes()))

    first, again, more = written
    assert again == first
    assert more[0].startswith(first[0])
