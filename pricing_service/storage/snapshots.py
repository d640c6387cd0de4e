"""Snapshots of recommendations: one file a workspace, written once and mapped into memory by every process.

::

    PSREC001 | length of the index (8 bytes) | index (JSON) | bodies, one after another

A body is the JSON of one customer's recommendation as it leaves, so that a read is a slice. The file's name is the
stamp of what it rests on: whoever knows the stamp knows whether the file is the right one. One file is kept; processes
that have an older one mapped go on reading it until they look again.
"""

from __future__ import annotations

import fcntl
import json
import mmap
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pricing_service.storage.blobs import Blobs, whole_file

_MAGIC = b"PSREC001"
_SUFFIX = ".snapshot"
Place = tuple[int, int, bytes]
"""Where a body begins and ends, and its strong ETag, in quotes."""


@dataclass(frozen=True)
class Body:
    """One customer's recommendation as bytes, its strong ETag (without quotes) and its id."""

    customer_id: str
    recommendation_id: str
    etag: str
    content: bytes


@dataclass(frozen=True)
class Content:
    """What a snapshot holds.

    Parameters
    ----------
    bodies
        One a customer.
    external
        (system, external id, customer).
    about
        What leads and offers need; JSON.
    """

    bodies: Sequence[Body]
    external: Sequence[tuple[str, str, str]]
    about: Mapping[str, Any]


class Snapshot:
    """A snapshot that is mapped into memory."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        begin = len(_MAGIC) + 8
        if self._bytes[: len(_MAGIC)] != _MAGIC:
            raise ValueError(f"{path.name} is no snapshot")
        at = begin + int.from_bytes(self._bytes[len(_MAGIC) : begin], "big")
        index = json.loads(self._bytes[begin:at])
        self.stamp: str = index["stamp"]
        self.about: dict[str, Any] = index["about"]
        self.changed: dict[str, str] = dict(zip(index["ids"], index["changed"], strict=True))
        self.places: dict[str, Place] = {}
        for customer_id, length, etag in zip(index["ids"], index["lengths"], index["etags"], strict=True):
            self.places[customer_id] = (at, at + length, f'"{etag}"'.encode())
            at += length
        self._customers = dict(zip(index["recommendation_ids"], index["ids"], strict=True))
        self._external = {(system, external): customer for system, external, customer in index["external"]}

    def body(self, place: Place) -> bytes:
        """Return the bytes at a place."""
        return self._bytes[place[0] : place[1]]

    def read(self, customer_id: str) -> tuple[bytes, bytes] | None:
        """Return a customer's body and ETag; None for an unknown one."""
        place = self.places.get(customer_id)
        return None if place is None else (self.body(place), place[2])

    def customer_of(self, recommendation_id: str) -> str | None:
        """Return whose recommendation it is; None for an unknown one."""
        return self._customers.get(recommendation_id)

    def customer_by(self, system: str, external_id: str) -> str | None:
        """Return whose id it is in another system; None for an unknown one."""
        return self._external.get((system, external_id))

    def after(self, moment: str, customer_id: str, *, limit: int) -> list[tuple[str, str]]:
        """Return the next (moment of change, customer) after a place in the order of change, at most `limit`."""
        begin = bisect_right(self._in_order, (moment, customer_id))
        return self._in_order[begin : begin + limit]

    @cached_property
    def _in_order(self) -> list[tuple[str, str]]:
        return sorted((moment, customer_id) for customer_id, moment in self.changed.items())


class Snapshots:
    """Write and open the snapshots of workspaces.

    Parameters
    ----------
    blobs, now
        Where they are, and what moment it is.
    tell
        Is told of every new one whose recommendations, how many changed, and at which moment.
    """

    def __init__(self, blobs: Blobs, now: Callable[[], str], tell: Callable[[str, int, str], None]) -> None:
        self._blobs = blobs
        self._now = now
        self._tell = tell

    def open(self, workspace_id: str, stamp: str) -> Snapshot | None:
        """Open the snapshot with a stamp; None where there is none."""
        try:
            return Snapshot(self._path(workspace_id, stamp))
        except FileNotFoundError:
            return None

    def make(self, workspace_id: str, stamp: str, content: Callable[[], Content]) -> Snapshot:
        """Open the snapshot with a stamp, made first where it is not there; processes make it once.

        A recommendation that did not change keeps the moment of its last change.
        """
        folder = self._blobs.recommendations(workspace_id)
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            found = self.open(workspace_id, stamp)
            if found is None:
                self._write(workspace_id, stamp, content(), self._newest(folder))
                found = Snapshot(self._path(workspace_id, stamp))
        return found

    def forget(self, workspace_id: str) -> None:
        """Remove what was written; the next read makes it anew from what is there then."""
        for path in self._blobs.recommendations(workspace_id).glob(f"*{_SUFFIX}"):
            path.unlink(missing_ok=True)

    def _write(self, workspace_id: str, stamp: str, content: Content, before: Snapshot | None) -> None:
        path, now = self._path(workspace_id, stamp), self._now()
        known = {} if before is None else before.places
        bodies = content.bodies
        changed = [
            before.changed[each.customer_id]
            if before is not None
            and each.customer_id in known
            and known[each.customer_id][2] == f'"{each.etag}"'.encode()
            else now
            for each in bodies
        ]
        index = {
            "stamp": stamp,
            "ids": [each.customer_id for each in bodies],
            "recommendation_ids": [each.recommendation_id for each in bodies],
            "lengths": [len(each.content) for each in bodies],
            "etags": [each.etag for each in bodies],
            "changed": changed,
            "external": list(content.external),
            "about": dict(content.about),
        }
        head = json.dumps(index, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        with whole_file(path) as temporary, temporary.open("wb") as file:
            file.write(_MAGIC + len(head).to_bytes(8, "big") + head)
            file.writelines(each.content for each in bodies)
            # Before the file is in its place: if this process dies in between, the next one makes both again.
            self._tell(workspace_id, changed.count(now), now)
        for other in path.parent.glob(f"*{_SUFFIX}"):
            if other != path:
                other.unlink(missing_ok=True)

    def _newest(self, folder: Path) -> Snapshot | None:
        found = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        return Snapshot(found[-1]) if found else None

    def _path(self, workspace_id: str, stamp: str) -> Path:
        return self._blobs.recommendations(workspace_id) / f"{stamp}{_SUFFIX}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder's lock: of all processes and threads one is inside."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
