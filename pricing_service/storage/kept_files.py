"""Kept work as files: a folder that holds the newest few, each whole."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from pricing_service.storage.blobs import write_whole

_SUFFIX = ".kept"
_MOST = 20
"""Files of a folder; beyond them the oldest go."""
_HALF_WRITTEN = timedelta(hours=1)
"""Age from which a temporary file is what a kill left behind."""


class KeptFiles:
    """Files of one folder, by name.

    Parameters
    ----------
    folder
        Is made when something is first written, if the folder above it exists: work on a dataset that was deleted
        meanwhile shall fail, not bring it back.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     kept = KeptFiles(Path(folder) / "studies")
    ...     before = kept.read("frontier")
    ...     kept.write("frontier", b"so far")
    ...     before, kept.read("frontier")
    (None, b'so far')
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        """Return what was last written under a name; None where nothing is."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write it, whole or not at all, and remove what is old."""
        self.folder.mkdir(exist_ok=True)
        write_whole(self._path(name), content)
        self._tidy()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"

    def _tidy(self) -> None:
        newest_first = sorted(self.folder.glob(f"*{_SUFFIX}"), key=_written, reverse=True)
        before = time.time() - _HALF_WRITTEN.total_seconds()
        left = [path for path in self.folder.glob(f".*{_SUFFIX}.*.tmp") if _written(path) < before]
        for path in [*newest_first[_MOST:], *left]:
            path.unlink(missing_ok=True)


def _written(path: Path) -> float:
    """Return when a file was written, seconds since 1970; another process may have removed it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
