"""Files: where they live, and how they come into being all at once or not at all.

::

    <data>/<workspace>/<dataset>/<version>/tables/               the checked tables of one dataset version
    <data>/<workspace>/<dataset>/<version>/panel/                what is derived from them, made once
    <data>/<workspace>/<dataset>/<version>/kept/                 what long analyses of it keep of their work
    <data>/<workspace>/<dataset>/<version>/analyses/<analysis>/  what the steps of one analysis write
    <data>/<workspace>/recommendations/                          the snapshot that CRMs read; made anew from the rest
    <data>/<workspace>/.staging/                                 half-made things; nothing refers to them

A file is written to a temporary name, fsynced and renamed; only then a row may refer to it. Whoever reads a
name that exists reads whole bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PART = re.compile(r"[A-Za-z0-9_-]{1,80}")


class Blobs:
    """Folders under the data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def dataset(self, workspace_id: str, dataset_id: str) -> Path:
        """Folder of everything that belongs to a dataset."""
        return self.root / _part(workspace_id) / _part(dataset_id)

    def version(self, workspace_id: str, dataset_id: str, version: str) -> Path:
        """Folder of one version of a dataset."""
        return self.dataset(workspace_id, dataset_id) / _part(version)

    def tables(self, workspace_id: str, dataset_id: str, version: str) -> Path:
        """Folder of the checked tables: what `Dataset.open` takes."""
        return self.version(workspace_id, dataset_id, version) / "tables"

    def panel(self, workspace_id: str, dataset_id: str, version: str) -> Path:
        """Folder of the panel that is built from the tables."""
        return self.version(workspace_id, dataset_id, version) / "panel"

    def kept(self, workspace_id: str, dataset_id: str, version: str) -> Path:
        """Folder of what long analyses of a version keep of their work."""
        return self.version(workspace_id, dataset_id, version) / "kept"

    def analysis(self, workspace_id: str, dataset_id: str, version: str, analysis_id: str) -> Path:
        """Folder that the steps of one analysis write into."""
        return self.version(workspace_id, dataset_id, version) / "analyses" / _part(analysis_id)

    def recommendations(self, workspace_id: str) -> Path:
        """Folder of the snapshot that CRMs read."""
        return self.root / _part(workspace_id) / "recommendations"

    def staging(self, workspace_id: str) -> Path:
        """Make a new empty folder to build something in, on the same disk as its final place."""
        folder = self.root / _part(workspace_id) / ".staging" / secrets.token_hex(8)
        folder.mkdir(parents=True)
        return folder

    def adopt(self, staged: Path, final: Path) -> None:
        """Move a finished folder to its final place; if that exists it holds the same content, and stays."""
        if final.exists():
            shutil.rmtree(staged)
            return
        for path in staged.rglob("*"):
            _fsync(path)
        _fsync(staged)
        final.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(final)
        _fsync(final.parent)

    def renew(self, staged: Path, final: Path) -> bool:
        """Put other rows that were refused or set aside beside tables that stay; False where they are the same."""
        aside = [
            path.relative_to(staged) for path in sorted(staged.rglob("*.parquet")) if _is_aside(path, staged)
        ]
        before = [
            path.relative_to(final) for path in sorted(final.rglob("*.parquet")) if _is_aside(path, final)
        ]
        same = aside == before and all(sha256_of(staged / one) == sha256_of(final / one) for one in aside)
        if not same:
            for one in [*aside, *(path.relative_to(staged) for path in staged.glob("*.json"))]:
                (final / one).parent.mkdir(exist_ok=True)
                _fsync(staged / one)
                (staged / one).replace(final / one)
            for one in set(before) - set(aside):
                (final / one).unlink(missing_ok=True)
            _fsync(final)
        shutil.rmtree(staged)
        return not same

    def remove(self, folder: Path) -> None:
        """Delete a folder under the root: first out of sight by one rename, then bit by bit."""
        if not folder.exists():
            return
        relative = folder.absolute().relative_to(self.root)
        grave = self.staging(relative.parts[0]) / "removed"
        folder.rename(grave)
        shutil.rmtree(grave.parent)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to; at the end the file is fsynced and takes its place.

    After an exception, or a kill at any moment, `path` is what it was before. The folder must exist: a step
    that outlives its deleted dataset shall fail, not bring the folder back.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "result.json") as temporary:
    ...         _ = temporary.write_bytes(b"{}")
    ...     (Path(folder) / "result.json").read_bytes()
    b'{}'
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        yield temporary
        _fsync(temporary)
        temporary.replace(path)
        _fsync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is there as a whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(content)


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_aside(path: Path, folder: Path) -> bool:
    return path.name == "quarantine.parquet" or path.parent != folder


def _part(name: str) -> str:
    """Refuse names that could lead out of the folder; ids and versions never do."""
    if not _PART.fullmatch(name):
        raise ValueError(f"{name!r} cannot be part of a path")
    return name


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
