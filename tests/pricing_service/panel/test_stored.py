"""A stored panel, opened again."""

import subprocess
import sys

import pytest

from pricing_service.panel import StoredPanel

NAMES = ("customers", "months", "periods", "units_inside")
USAGE = [{"customer_id": "a", "date": "2025-03-27", "metric": "posts", "units": 1}]


def test_a_stored_panel_opens_as_it_was(build):
    built = build(usage=USAGE)
    opened = StoredPanel.open(built.stored.folder)
    assert opened == built.stored
    assert (opened.currency, opened.as_of.isoformat(), opened.dataset_version) == ("EUR", "2025-03-27", "")


def test_the_connection_adds_floats_on_one_thread(build):
    backend = build(usage=USAGE).stored.connect()
    assert backend.raw_sql("select current_setting('threads')").fetchone() == (1,)
    assert set(backend.list_tables()) == set(NAMES)


def test_a_folder_without_a_panel_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        StoredPanel.open(tmp_path)


def test_a_panel_of_another_form_is_not_found_and_so_built_anew(build):
    folder = build(usage=USAGE).stored.folder
    manifest = folder / "panel.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace('"form": 2', '"form": 1'), encoding="utf-8"
    )
    with pytest.raises(FileNotFoundError, match="form 1"):
        StoredPanel.open(folder)


def test_reading_a_stored_panel_needs_no_engine_until_it_connects():
    code = "import sys, pricing_service.panel; print('ibis' in sys.modules, 'pandas' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]
