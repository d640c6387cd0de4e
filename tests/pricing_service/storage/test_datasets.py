"""A dataset is its rows and its files, of one version at a time, and of one workspace."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pricing_service.storage import (
    NewAnalysis,
    NotFound,
    Storage,
    StoredDataset,
    VersionContent,
    VersionMoved,
)

Content = Callable[[str], VersionContent]


def test_what_was_saved_is_read_back_with_its_files(
    storage: Storage, workspace: str, dataset: StoredDataset
) -> None:
    assert storage.datasets.get(workspace, dataset.id) == dataset
    assert (dataset.name, dataset.currency, dataset.tables) == ("Exports", "EUR", {"usage": 3})
    assert (dataset.refused, dataset.report) == ({"events": "no rows"}, {"notes": ["first"]})
    assert (dataset.folder / "usage.parquet").read_text() == "first"
    assert dataset.folder.parent == storage.blobs.root / workspace / dataset.id / dataset.version


def test_another_workspace_cannot_tell_a_dataset_from_an_unknown_one(
    storage: Storage, dataset: StoredDataset, content: Content
) -> None:
    other = storage.workspaces.create("Other").id

    for attempt in (
        lambda: storage.datasets.get(other, dataset.id),
        lambda: storage.datasets.delete(other, dataset.id),
        lambda: storage.datasets.new_version(other, dataset.id, content("second"), expected=dataset.version),
        lambda: storage.datasets.forget_older_versions(other, dataset.id),
        lambda: storage.analyses.create(other, NewAnalysis(dataset.id, "report", {})),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert storage.datasets.page(other).rows == []


def test_pages_hold_every_dataset_once_newest_first_whatever_is_added_between(
    storage: Storage, workspace: str, content: Content, clock
) -> None:
    saved = []
    for number in range(5):
        clock.move(seconds=1)
        saved.append(storage.datasets.save(workspace, content(f"n{number}"), name="n", currency="EUR").id)

    first = storage.datasets.page(workspace, limit=2)
    clock.move(seconds=1)
    storage.datasets.save(workspace, content("late"), name="late", currency="EUR")
    second = storage.datasets.page(workspace, limit=2, cursor=first.next_cursor)
    third = storage.datasets.page(workspace, limit=2, cursor=second.next_cursor)

    assert [row.id for page in (first, second, third) for row in page.rows] == saved[::-1]
    assert [page.has_more for page in (first, second, third)] == [True, True, False]


def test_a_new_version_becomes_the_current_one_and_the_old_files_stay(
    storage: Storage, workspace: str, dataset: StoredDataset, content: Content
) -> None:
    newer = storage.datasets.new_version(workspace, dataset.id, content("second"), expected=dataset.version)

    assert (newer.folder / "usage.parquet").read_text() == "second"
    assert storage.datasets.get(workspace, dataset.id) == newer
    assert (dataset.folder / "usage.parquet").read_text() == "first"


def test_the_same_content_again_changes_nothing(
    storage: Storage, workspace: str, dataset: StoredDataset, content: Content
) -> None:
    again = storage.datasets.new_version(workspace, dataset.id, content("first"), expected=dataset.version)

    assert again == dataset
    assert list((storage.blobs.root / workspace / ".staging").iterdir()) == []


def test_a_version_made_from_an_outdated_one_is_refused(
    storage: Storage, workspace: str, dataset: StoredDataset, content: Content
) -> None:
    storage.datasets.new_version(workspace, dataset.id, content("second"), expected=dataset.version)

    with pytest.raises(VersionMoved, match=dataset.version):
        storage.datasets.new_version(workspace, dataset.id, content("third"), expected=dataset.version)


def test_forgetting_older_versions_leaves_no_byte_and_no_analysis_of_them(
    storage: Storage, workspace: str, dataset: StoredDataset, content: Content
) -> None:
    old = storage.analyses.create(workspace, NewAnalysis(dataset.id, "report", {}))
    newer = storage.datasets.new_version(workspace, dataset.id, content("second"), expected=dataset.version)
    new = storage.analyses.create(workspace, NewAnalysis(dataset.id, "report", {}))

    storage.datasets.forget_older_versions(workspace, dataset.id)

    files = [path.read_text() for path in storage.blobs.root.rglob("*.parquet")]
    assert files == ["second"]
    assert [analysis.id for analysis in storage.analyses.page(workspace).rows] == [new.id]
    assert storage.datasets.get(workspace, dataset.id) == newer
    with pytest.raises(NotFound):
        storage.analyses.get(workspace, old.id)


def test_a_deleted_dataset_leaves_no_row_and_no_file(
    storage: Storage, workspace: str, dataset: StoredDataset
) -> None:
    analysis = storage.analyses.create(workspace, NewAnalysis(dataset.id, "report", {}))

    storage.datasets.delete(workspace, dataset.id)

    assert [path for path in (storage.blobs.root / workspace).rglob("*") if path.is_file()] == []
    for attempt in (
        lambda: storage.datasets.get(workspace, dataset.id),
        lambda: storage.analyses.get(workspace, analysis.id),
        lambda: storage.datasets.delete(workspace, dataset.id),
    ):
        with pytest.raises(NotFound):
            attempt()
