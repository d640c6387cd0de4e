"""SQLite is not opened on a network file system, and the refusal says the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing_service.config import Settings, UnsafeSettings
from pricing_service.storage import Storage, network_folders
from pricing_service.storage.network_folders import refuse_network_folder

LINE = "36 25 0:32 / {place} rw,relatime shared:1 - {kind} server:/export rw\n"


@pytest.fixture
def mounts(tmp_path: Path):
    def write(*told: tuple[str, str]) -> Path:
        path = tmp_path / "mountinfo"
        path.write_text("".join(LINE.format(place=place, kind=kind) for place, kind in told))
        return path

    return write


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs", "fuse.glusterfs"]
)
def test_a_folder_on_a_network_is_refused_with_the_way_out(mounts, kind: str) -> None:
    told = mounts(("/", "ext4"), ("/srv", kind))

    with pytest.raises(UnsafeSettings, match=rf"\({kind}\).*PRICING_SERVICE_DATABASE_URL"):
        refuse_network_folder(Path("/srv/pricing/data"), mounts=told)


@pytest.mark.parametrize(
    "told",
    [
        [("/", "ext4")],
        [("/", "overlay"), ("/srv", "nfs"), ("/srv/pricing", "xfs")],
        [("/", "nfs"), ("/", "tmpfs")],
        [("/", "btrfs"), ("/srv/pricing-of-others", "nfs")],
        [],
    ],
)
def test_a_folder_on_a_disk_of_the_machine_is_taken(mounts, told: list[tuple[str, str]]) -> None:
    refuse_network_folder(Path("/srv/pricing"), mounts=mounts(*told))


def test_a_name_with_a_space_is_found(mounts) -> None:
    with pytest.raises(UnsafeSettings):
        refuse_network_folder(
            Path("/srv/our share/data"), mounts=mounts(("/", "ext4"), (r"/srv/our\040share", "nfs"))
        )


def test_where_the_system_tells_nothing_the_folder_is_taken(tmp_path: Path) -> None:
    refuse_network_folder(tmp_path, mounts=tmp_path / "none")


def test_a_service_on_sqlite_does_not_start_there_and_one_on_postgresql_does(
    tmp_path: Path, mounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_folders, "MOUNTS", mounts(("/", "nfs4")))

    with pytest.raises(UnsafeSettings, match="SQLite loses data"):
        Storage(Settings(data_folder=tmp_path, dev=True))
    Storage(
        Settings(data_folder=tmp_path, dev=True, database_url="postgresql+psycopg://localhost/none")
    ).close()
