"""The command line answers as the API does, without a server, and refuses in plain words with exit code 2."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app
from tests.api import small_business
from tests.pricing_service.decisions.raised_book import raised_book
from tests.pricing_service.decisions.small_business import write


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_business.folder(tmp_path_factory.mktemp("exports"))


def test_check_names_every_table_and_its_rows(folder: Path) -> None:
    answer = run("check", folder, "--currency", "EUR")

    assert answer.exit_code == 0, answer.output
    assert "customers" in answer.output
    assert "960" in answer.output


def test_check_says_what_is_in_quarantine_and_what_was_not_read(tmp_path: Path) -> None:
    small_business.folder(tmp_path)
    (tmp_path / "notes.csv").write_text("a\n1\n")
    with (tmp_path / "usage.csv").open("a") as usage:
        usage.write("c00,2025-01-02,postings,-5\n")

    answer = run("check", tmp_path, "--currency", "EUR")

    assert answer.exit_code == 0, answer.output
    assert "units is negative: 1 in quarantine, the first at usage, line 962" in answer.output
    assert "notes.csv" in answer.output


def test_check_writes_the_data_report(folder: Path, tmp_path: Path) -> None:
    answer = run("check", folder, "--currency", "EUR", "--json", tmp_path / "report.json")

    assert answer.exit_code == 0, answer.output
    assert isinstance(json.loads((tmp_path / "report.json").read_bytes()), dict)


def test_analyze_writes_the_result_the_rows_and_the_report(folder: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "out.json", tmp_path / "report.html"

    answer = run(
        "analyze", folder, "--kind", "unit_worth", "--currency", "EUR", "--json", out, "--report", page
    )

    assert answer.exit_code == 0, answer.output
    written = json.loads(out.read_bytes())
    assert written["metric"] == "postings"
    assert len(written["rows"]) == small_business.CUSTOMERS
    assert written["rows"][0].keys() >= {"customer_id", "worth", "low", "high"}
    assert "postings" in page.read_text()
    assert written["sentences"][0] in answer.output


def test_the_same_question_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    outs = [tmp_path / name for name in ("first.json", "second.json")]

    for out in outs:
        run("analyze", folder, "--kind", "value_metrics", "--currency", "EUR", "--json", out)

    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_progress_bars_are_for_terminals_only(folder: Path) -> None:
    answer = run("analyze", folder, "--kind", "unit_worth", "--currency", "EUR")

    assert "━" not in answer.output + answer.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--kind", "horoscope"], "horoscope"),
        (["--options", '{"levle": 1}'], "/options/levle"),
        (["--options", "{"], "not JSON"),
        (["--options", "[]"], "/options"),
        (["--currency", "XXQ"], "XXQ"),
    ],
)
def test_what_cannot_be_asked_ends_with_exit_code_2_and_words(
    folder: Path, arguments: list[str], says: str
) -> None:
    answer = run(
        "analyze", folder, *(["--currency", "EUR"] if "--currency" not in arguments else []), *arguments
    )

    assert answer.exit_code == 2
    assert says in answer.output
    assert "Traceback" not in answer.output


def test_missing_tables_are_named_with_what_they_unlock_and_the_cheapest_way(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(small_business.tables()["customers.csv"])

    answer = run("analyze", tmp_path, "--kind", "value_metrics", "--currency", "EUR")

    assert answer.exit_code == 2
    assert "usage" in answer.output
    assert "unlocks" in answer.output
    assert "Cheapest way" in answer.output


@pytest.mark.parametrize("command", ["check", "analyze"])
def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, command: str) -> None:
    answer = run(command, tmp_path / "nowhere", "--currency", "EUR")

    assert answer.exit_code == 2
    assert "nowhere" in answer.output


def test_a_folder_without_one_usable_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text("nothing\n1\n")

    answer = run("check", tmp_path, "--currency", "EUR")

    assert answer.exit_code == 2
    assert "usage" in answer.output


def test_serving_without_a_secret_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRICING_SERVICE_SECRET", raising=False)

    answer = run("serve", "--data-folder", tmp_path)

    assert answer.exit_code == 2
    assert "PRICING_SERVICE_SECRET" in answer.output


def test_a_local_service_is_not_opened_to_others(tmp_path: Path) -> None:
    answer = run("serve", "--dev", "--host", "0.0.0.0", "--data-folder", tmp_path)

    assert answer.exit_code == 2
    assert "0.0.0.0" in answer.output


def test_the_schema_is_brought_up_to_date_on_request(tmp_path: Path) -> None:
    answer = run("migrate", "--data-folder", tmp_path)

    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "service.sqlite").exists()


def test_options_are_echoed_as_the_api_echoes_them(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"

    run(
        "analyze",
        folder,
        "--kind",
        "unit_worth",
        "--currency",
        "EUR",
        "--options",
        '{"level": 0.8}',
        "--json",
        out,
    )

    options: dict[str, Any] = json.loads(out.read_bytes())["options"]
    assert options["level"] == 0.8


def test_a_result_that_cannot_be_written_is_refused_without_a_traceback(folder: Path, tmp_path: Path) -> None:
    answer = run("analyze", folder, "--kind", "value_metrics", "--currency", "EUR", "--json", tmp_path)

    assert answer.exit_code == 2
    assert str(tmp_path) in answer.stderr


def test_a_table_of_which_no_row_survives_says_why(tmp_path: Path) -> None:
    (tmp_path / "price_sensitivity.csv").write_text(
        "respondent_id,cheap,expensive,too_expensive\nr1,ten,20,30\nr2,ten,20,30\n", encoding="utf-8"
    )

    answer = run("check", tmp_path, "--currency", "EUR")

    assert answer.exit_code == 2
    assert "not a number" in answer.stderr
    assert "first in line 2" in answer.stderr


def test_letters_are_written_with_the_rows_to_post_back(tmp_path: Path) -> None:
    source, out = write(raised_book(240), tmp_path / "book"), tmp_path / "letters"

    answer = run("letters", source, "--out", out, "--currency", "EUR", "--options", '{"hold_out": 0.2}')

    assert answer.exit_code == 0, answer.output
    written = {path.stem for path in out.glob("*.md")}
    with (out / "price_changes.csv").open(encoding="utf-8") as file:
        changes = list(csv.DictReader(file))
    assert {row["customer_id"] for row in changes if row["arm"] == "raise"} == written
    assert {path.stem for path in out.glob("*.html")} == written
    assert any(row["arm"] == "hold_out" for row in changes)
    assert f"{len(written)} letters" in answer.output


def test_letters_of_a_book_that_no_plan_can_be_made_for_say_so(folder: Path, tmp_path: Path) -> None:
    answer = run("letters", folder, "--out", tmp_path / "letters", "--currency", "EUR")

    assert answer.exit_code == 0, answer.output
    assert "0 letters" in answer.output
    assert "No plan can be given" in answer.output
    assert list((tmp_path / "letters").iterdir()) == []
