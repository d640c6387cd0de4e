"""Kept work is there as a whole or not at all, and a folder of it does not grow without end."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pricing_service.storage.kept_files import KeptFiles


def aged(path: Path, *, hours: float) -> Path:
    """Make a file look so old."""
    then = time.time() - 3600 * hours
    os.utime(path, (then, then))
    return path


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "kept")

    assert kept.read("study") is None
    for content in (b"one", b"two"):
        kept.write("study", content)

    assert kept.read("study") == b"two"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["study.kept"]


def test_beyond_twenty_the_oldest_go_and_what_others_put_there_stays(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    for at in range(20):
        kept.write(f"study-{at}", b"")
        aged(tmp_path / f"study-{at}.kept", hours=20 - at)

    kept.write("new", b"")

    assert kept.read("study-0") is None
    assert kept.read("study-1") == kept.read("new") == b""
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_a_kill_left_half_written_goes_after_an_hour(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path)
    old, young = (tmp_path / f".study.kept.{name}.tmp" for name in ("old", "young"))
    for path in (old, young):
        path.write_text("half")
    aged(old, hours=2)

    kept.write("study", b"whole")

    assert not old.exists()
    assert young.exists()


def test_a_deleted_dataset_is_not_brought_back(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        KeptFiles(tmp_path / "deleted" / "kept").write("study", b"")

    assert not (tmp_path / "deleted").exists()
