"""Price books go through files: read from any source, written as Pricing2Yaml, simulated without a server."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from api.command_line import app
from tests.api import small_business

TABLE = "plan,price,metric,included_units,min_units,overage_price\nteam,190,postings,10,,5.5\nteam,190,postings,,15,4\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["price-book", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A business with a price book of its own."""
    place = small_business.folder(tmp_path_factory.mktemp("exports"))
    (place / "price_book.csv").write_text(TABLE)
    return place


def test_a_datasets_table_becomes_json_and_json_becomes_yaml_and_back(folder: Path, tmp_path: Path) -> None:
    book, text, again = tmp_path / "book.json", tmp_path / "book.yml", tmp_path / "again.json"

    answers = [
        run("import", folder, "--currency", "EUR", "--out", book),
        run("export", book, "--out", text),
        run("import", text, "--out", again),
    ]

    assert [answer.exit_code for answer in answers] == [0, 0, 0], [answer.output for answer in answers]
    assert json.loads(again.read_text()) == json.loads(book.read_text())
    assert yaml.safe_load(text.read_text())["plans"]["team"]["price"] == 190
    assert "included units and prices per unit is kept under custom" in answers[1].stderr


def test_without_a_file_the_book_is_printed_to_the_letter(folder: Path) -> None:
    printed = run("export", folder, "--currency", "EUR", "--syntax", "2.1")

    assert yaml.safe_load(printed.stdout)["syntaxVersion"] == "2.1"
    assert "is lost" in printed.stderr


def test_a_simulation_writes_numbers_rows_and_a_page(folder: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    run("import", folder, "--currency", "EUR", "--out", draft)
    draft.write_text(draft.read_text().replace('"price": 190', '"price": 250'))
    out = tmp_path / "out"

    answer = run("simulate", folder, "--draft", draft, "--currency", "EUR", "--out", out)

    assert answer.exit_code == 0, answer.output
    result = json.loads((out / "result.json").read_bytes())
    assert result["against"] == "price_book", "the dataset has a book of its own"
    assert result["total"]["change"] == pytest.approx(60 * result["customer_months"])
    assert result["sentences"][0] in answer.output
    with (out / "customers.csv").open() as file:
        assert len(list(csv.DictReader(file))) == small_business.CUSTOMERS
    assert "(price)" in (out / "lines.csv").read_text()
    assert "<svg" in (out / "report.html").read_text()


def test_a_simulation_says_by_which_rule_customers_leave(tmp_path: Path) -> None:
    exports, draft = small_business.folder(tmp_path), tmp_path / "draft.json"
    for name, text in small_business.offers().items():
        (exports / name).write_text(text)
    draft.write_text('{"name": "d", "currency": "EUR", "plans": [{"name": "team", "price": 300}]}')

    told, assumed = (
        run("simulate", exports, "--draft", draft, "--currency", "EUR", "--options", options)
        for options in ('{"leaving_metric": "postings"}', '{"leaving": "assumed"}')
    )

    assert (told.exit_code, assumed.exit_code) == (0, 0), told.output + assumed.output
    assert "as quotes won and lost tell it" in " ".join(told.output.split())
    assert "If of customers whose bill rises by a tenth" in " ".join(assumed.output.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--options", '{"mnths": 1}'], "/mnths"),
        (["--options", "{"], "not JSON"),
        (["--options", '{"leaving": "guessed"}'], "/leaving"),
        (["--options", '{"leaving_metric": "tokens"}'], "tokens"),
        (["--against", "nowhere.yml"], "nowhere.yml"),
    ],
)
def test_what_cannot_be_simulated_ends_with_exit_code_2_and_words(
    folder: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    draft = tmp_path / "draft.json"
    run("import", folder, "--currency", "EUR", "--out", draft)

    answer = run("simulate", folder, "--draft", draft, "--currency", "EUR", *arguments)

    assert answer.exit_code == 2
    assert says in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("book.json", '{"name": "a"}', "/currency"),
        ("book.yml", "saasName: a", "syntaxVersion"),
        ("book.json", "{", "not JSON"),
    ],
)
def test_a_broken_book_is_refused_with_its_place(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)

    answer = run("import", tmp_path / name)

    assert answer.exit_code == 2
    assert says in answer.output


def test_a_day_that_is_none_is_refused(folder: Path) -> None:
    answer = run("import", folder, "--currency", "EUR", "--on", "soon")

    assert answer.exit_code == 2
    assert "2026-01-31" in answer.output
