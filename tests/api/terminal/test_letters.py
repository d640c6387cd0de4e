"""Letters are files beside each other, and are asked for as the API would be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.exceptions import RequestValidationError

from api.problems import TablesMissing
from api.terminal import letters, local
from tests.pricing_service.decisions.raised_book import raised_book
from tests.pricing_service.decisions.small_business import write


def asked(options: str = "{}") -> local.Asked:
    return local.Asked(kind=letters.KIND, options=options, seed=0)


def test_as_many_letters_are_written_as_customers_are_told_a_raise(tmp_path: Path) -> None:
    source = write(raised_book(240), tmp_path / "book")

    count = letters.write(str(source), asked(), currency="EUR", out=tmp_path / "out")

    answer = tmp_path / "answer.json"
    local.analyze(str(source), asked(), currency="EUR", json_out=answer, report_out=None)
    told = {row["customer_id"] for row in json.loads(answer.read_bytes())["rows"] if row["arm"] == "raise"}
    assert told
    assert {each.stem for each in (tmp_path / "out").glob("*.md")} == told
    assert {each.stem for each in (tmp_path / "out").glob("*.html")} == told
    assert count == len(told)


def test_nothing_is_written_where_tables_or_options_are_refused(tmp_path: Path) -> None:
    tables = {"customers": raised_book(12)["customers"]}
    source, out = str(write(tables, tmp_path / "book")), tmp_path / "out"

    with pytest.raises(TablesMissing):
        letters.write(source, asked(), currency="EUR", out=out)
    with pytest.raises(RequestValidationError):
        letters.write(source, asked('{"hold_out": 2}'), currency="EUR", out=out)

    assert not out.exists()
