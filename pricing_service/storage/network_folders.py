"""SQLite's log needs memory that processes share and locks that hold: no file system across a network has them."""

from __future__ import annotations

import re
from pathlib import Path

from pricing_service.config import UnsafeSettings

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gpfs|ocfs2|fuse\.(sshfs|s3fs|glusterfs|rclone|gcsfuse|juicefs)"
)
_OCTAL = re.compile(r"\\([0-7]{3})")


def refuse_network_folder(folder: Path, *, mounts: Path | None = None) -> None:
    """Refuse a folder for SQLite that lies on a network file system, where the system tells of it (Linux).

    Raises
    ------
    UnsafeSettings
        With the way out.
    """
    try:
        told = (mounts or MOUNTS).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    kind = _kind_of(folder.resolve(), told)
    if _NETWORK.fullmatch(kind):
        raise UnsafeSettings(
            f"{folder} lies on a network file system ({kind}), where SQLite loses data: set "
            "PRICING_SERVICE_DATA_FOLDER to a folder on a disk of this machine, or PRICING_SERVICE_DATABASE_URL to "
            "a PostgreSQL (files may then stay where they are)"
        )


def _kind_of(folder: Path, told: str) -> str:
    """Return the kind of file system that a folder is on: of the mounts above it the deepest, of those the last."""
    deepest, kind = -1, ""
    for line in told.splitlines():
        fields, _, rest = line.partition(" - ")
        place = Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields.split()[4]))
        if folder.is_relative_to(place) and len(place.parts) >= deepest:
            deepest, kind = len(place.parts), rest.split()[0]
    return kind
