"""A backup holds every row and file of its moment, and comes back into an empty place only."""

from __future__ import annotations

import shutil
import tarfile
import threading
from pathlib import Path

import pytest

from pricing_service.config import Settings
from pricing_service.storage import Storage
from pricing_service.storage.backups import BackupRefused, back_up, restore
from pricing_service.storage.tombstones import read_lines


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", dev=True)


def test_a_restored_service_knows_what_it_knew(settings: Settings, tmp_path: Path) -> None:
    with Storage.open(settings) as storage:
        storage.workspaces.create("Acme", workspace_id="ws_acme")
        _, token = storage.keys.create("ws_acme", name="Ada", scopes=["data:read"])
        (settings.data_folder / "ws_acme" / "ds_1").mkdir(parents=True)
        (settings.data_folder / "ws_acme" / "ds_1" / "file").write_bytes(b"kept")
        storage.blobs.staging("ws_acme")

        back_up(settings, tmp_path / "backup.tar")

    elsewhere = Settings(data_folder=tmp_path / "elsewhere", dev=True)
    restore(elsewhere, tmp_path / "backup.tar")
    with Storage.open(elsewhere) as storage:
        key = storage.keys.find(token)
    assert key is not None
    assert key.workspace_id == "ws_acme"
    assert (elsewhere.data_folder / "ws_acme" / "ds_1" / "file").read_bytes() == b"kept"
    assert not (elsewhere.data_folder / "ws_acme" / ".staging").exists()


def test_a_backup_under_writes_is_a_whole_moment(settings: Settings, tmp_path: Path) -> None:
    """Workspaces are made in order, so a whole moment holds the first n of them without a gap."""
    with Storage.open(settings) as storage:
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                storage.workspaces.create(f"{number}", workspace_id=f"ws_{number:06d}")
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for at in range(5):
                back_up(settings, tmp_path / f"{at}.tar")
        finally:
            stop.set()
            writer.join()

    for at in range(5):
        place = Settings(data_folder=tmp_path / f"restored-{at}", dev=True)
        restore(place, tmp_path / f"{at}.tar")
        with Storage.open(place) as storage:
            numbers = sorted(int(workspace.name) for workspace in storage.workspaces.list())
        assert numbers == list(range(len(numbers)))


def test_a_place_that_holds_something_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    Storage.open(settings).close()
    back_up(settings, tmp_path / "backup.tar")

    with pytest.raises(BackupRefused, match="not empty"):
        restore(settings, tmp_path / "backup.tar")


def test_a_file_that_is_no_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive")
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(tmp_path / "text", arcname="text")

    for source in ("text", "other.tar"):
        with pytest.raises(BackupRefused, match="not a backup"):
            restore(settings, tmp_path / source)
    assert not settings.data_folder.exists()


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, database_url="postgresql://host/db", dev=True)

    with pytest.raises(BackupRefused, match="pg_dump"):
        back_up(settings, tmp_path / "backup.tar")


def test_without_data_there_is_nothing_to_back_up(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no service's data"):
        back_up(settings, tmp_path / "backup.tar")


def test_tombstones_that_are_there_stay_beside_those_of_the_backup(
    settings: Settings, tmp_path: Path
) -> None:
    with Storage.open(settings) as storage:
        home = storage.workspaces.create("Acme").id
        first = storage.tombstones.set(home, "c1", by="Ada")
        back_up(settings, tmp_path / "old.tar")
        second = storage.tombstones.set(home, "c2", by="Ada")
    elsewhere = Settings(data_folder=tmp_path / "elsewhere", dev=True)
    elsewhere.data_folder.mkdir()
    shutil.copy(settings.forgotten_path, elsewhere.forgotten_path)

    restore(elsewhere, tmp_path / "old.tar")

    assert sorted(read_lines(elsewhere.forgotten_path), key=str) == sorted([first, second], key=str)
    with Storage.open(elsewhere) as storage:
        assert storage.tombstones.take_from_file() == [home]
