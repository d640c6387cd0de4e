"""Files are there as a whole or not at all, and never outside their workspace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pricing_service.storage.blobs import Blobs, sha256_of, whole_file, write_whole

WRITER = """
import sys
from pathlib import Path
from pricing_service.storage.blobs import write_whole
print("begins", flush=True)
number = 0
while True:
    write_whole(Path(sys.argv[1]), bytes([65 + number % 26]) * 300_000)
    number += 1
"""


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_whole(path, b"old")

    def fail_halfway() -> None:
        with whole_file(path) as temporary:
            temporary.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_whole(path, b"A" * 300_000)
    for kill in range(5):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        with writer.stdout:
            writer.stdout.readline()
            time.sleep(0.013 * (kill + 1))
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
        content = path.read_bytes()
        assert len(content) == 300_000
        assert len(set(content)) == 1


def test_a_file_is_not_written_into_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "gone" / "result.json", b"{}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["..", ".", "", "a/b", "a\\b", "/etc", "nul\0", ".staging", "x" * 81])
def test_no_part_of_a_path_leads_out_of_the_folder(tmp_path: Path, part: str) -> None:
    blobs = Blobs(tmp_path)

    for make in (
        lambda: blobs.tables(part, "ds", "v"),
        lambda: blobs.panel("ws", part, "v"),
        lambda: blobs.version("ws", "ds", part),
        lambda: blobs.analysis("ws", "ds", "v", part),
        lambda: blobs.staging(part),
    ):
        with pytest.raises(ValueError, match="cannot be part of a path"):
            make()
    assert list(tmp_path.iterdir()) == []


def test_a_staged_folder_is_adopted_as_a_whole_and_the_first_stays(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    final = blobs.tables("ws", "ds", "v")
    for text in ("first", "second"):
        staged = blobs.staging("ws")
        (staged / "inner").mkdir()
        (staged / "inner" / "file").write_text(text)
        blobs.adopt(staged, final)

    assert (final / "inner" / "file").read_text() == "first"
    assert list((tmp_path / "ws" / ".staging").iterdir()) == []


def test_removing_leaves_nothing_and_nothing_outside_the_root_can_be_removed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "data")
    kept = tmp_path / "kept"
    kept.mkdir()
    folder = blobs.tables("ws", "ds", "v")
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")

    blobs.remove(blobs.dataset("ws", "ds"))
    blobs.remove(blobs.dataset("ws", "ds"))
    with pytest.raises(ValueError, match="subpath"):
        blobs.remove(kept)

    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []
    assert kept.exists()


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    write_whole(tmp_path / "empty", b"")

    assert sha256_of(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
