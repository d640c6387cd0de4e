"""A snapshot is made once, read by whoever has its stamp, and remembers when each recommendation changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pricing_service.storage import Storage
from pricing_service.storage.snapshots import Body, Content, Snapshot
from tests.pricing_service.storage.conftest import Clock


def content(**etags: str) -> Content:
    bodies = [Body(who, f"rec_{who}", etag, f'{{"é":"{etag}"}}'.encode()) for who, etag in etags.items()]
    return Content(bodies, [("hubspot", "17", "a")], {"tiers": None})


def test_what_was_written_is_read_to_the_byte(storage: Storage, workspace: str) -> None:
    made = storage.snapshots.make(workspace, "s1", lambda: content(a="x", b="yy"))
    again = storage.snapshots.open(workspace, "s1")

    assert again is not None
    for snapshot in (made, again):
        assert snapshot.read("a") == ('{"é":"x"}'.encode(), b'"x"')
        assert snapshot.read("b") == ('{"é":"yy"}'.encode(), b'"yy"')
        assert snapshot.read("c") is None
        assert (snapshot.customer_of("rec_b"), snapshot.customer_of("rec_c")) == ("b", None)
        assert (snapshot.customer_by("hubspot", "17"), snapshot.customer_by("stripe", "17")) == ("a", None)
        assert (snapshot.stamp, snapshot.about) == ("s1", {"tiers": None})


def test_of_many_who_want_the_same_one_makes_it(storage: Storage, workspace: str) -> None:
    made = []

    def make() -> Content:
        made.append(1)
        return content(a="x")

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: storage.snapshots.make(workspace, "s1", make), range(12)))

    assert len(made) == 1
    assert {snapshot.read("a") for snapshot in found} == {('{"é":"x"}'.encode(), b'"x"')}


def test_a_recommendation_keeps_the_moment_of_its_last_change(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    storage.snapshots.make(workspace, "s1", lambda: content(a="x", b="y"))
    first = clock().isoformat(timespec="microseconds")
    clock.move(minutes=1)
    second = storage.snapshots.make(workspace, "s2", lambda: content(a="x", b="z", c="new"))
    later = clock().isoformat(timespec="microseconds")

    assert second.changed == {"a": first, "b": later, "c": later}
    assert second.after("", "", limit=2) == [(first, "a"), (later, "b")]
    assert second.after(later, "b", limit=9) == [(later, "c")]


def test_one_file_is_kept_and_who_holds_the_old_one_reads_on(storage: Storage, workspace: str) -> None:
    old = storage.snapshots.make(workspace, "s1", lambda: content(a="x"))
    storage.snapshots.make(workspace, "s2", lambda: content(a="y"))

    assert storage.snapshots.open(workspace, "s1") is None
    assert old.read("a") == ('{"é":"x"}'.encode(), b'"x"')


def test_what_failed_leaves_what_was_there(storage: Storage, workspace: str) -> None:
    storage.snapshots.make(workspace, "s1", lambda: content(a="x"))

    def fail() -> Content:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        storage.snapshots.make(workspace, "s2", fail)

    assert storage.snapshots.open(workspace, "s1") is not None
    assert storage.snapshots.open(workspace, "s2") is None


def test_a_file_that_is_no_snapshot_is_refused(storage: Storage, workspace: str) -> None:
    storage.snapshots.make(workspace, "s1", lambda: content(a="x"))
    path = storage.blobs.recommendations(workspace) / "other.snapshot"
    path.write_bytes(b"not a snapshot, but long enough")

    with pytest.raises(ValueError, match="no snapshot"):
        Snapshot(path)


def test_what_is_forgotten_is_gone_from_the_disk(storage: Storage, workspace: str) -> None:
    storage.snapshots.make(workspace, "s1", lambda: content(a="x"))

    storage.snapshots.forget(workspace)

    assert list(storage.blobs.recommendations(workspace).glob("*.snapshot")) == []
