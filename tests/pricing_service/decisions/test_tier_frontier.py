"""A frontier's study goes on where it was interrupted, and its answer is that of one that was not."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import optuna
import pytest

from models.pricing.tiers.frontier import Compromise
from pricing_service.decisions import _tier_frontier, canonical_json
from pricing_service.decisions._tier_frontier import FrontierSearch
from pricing_service.decisions._tier_menus import Found, MenuSearch
from pricing_service.panel import StoredPanel
from pricing_service.storage.kept_files import KeptFiles
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import decided
from tests.pricing_service.decisions.test_tiers import board

TRIALS = 160
Sought = tuple[MenuSearch, Found]


@pytest.fixture(scope="module")
def sold(front_door: FrontDoor) -> StoredPanel:
    return front_door(board())


@pytest.fixture(scope="module")
def sought(sold: StoredPanel) -> Sought:
    """What a frontier is asked of: the search for a menu, and the menu."""
    asked: list[Sought] = []
    with mock.patch.object(FrontierSearch, "of", lambda _, *known: asked.append(known) or []):
        answer(sold)
    return asked[0]


@pytest.fixture(scope="module")
def undisturbed(sought: Sought) -> list[Compromise]:
    """The frontier of a search that keeps nothing."""
    return found(sought)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each menu whose costs are counted."""
    seen: list[int] = []
    choose = _tier_frontier.choose
    monkeypatch.setattr(_tier_frontier, "choose", lambda *asked: (seen.append(1), choose(*asked))[1])
    return seen


def answer(panel: StoredPanel, folder: Path | None = None, **options: Any) -> bytes:
    kept = None if folder is None else KeptFiles(folder)
    asked = {"metric": "postings", "max_tiers": 2, **options}
    return canonical_json(decided("tiers", replace(panel, kept=kept), **asked).result)


def found(
    sought: Sought,
    folder: Path | None = None,
    *,
    trials: int = TRIALS,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Compromise]:
    kept = None if folder is None else KeptFiles(folder)
    return FrontierSearch(trials, kept, progress).of(*sought)


def at(menus: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    """A progress that acts once so many menus have been looked at."""
    return lambda done, total: act() if done == menus else None


def stop() -> None:
    raise KeyboardInterrupt


def killed(sought: Sought, folder: Path) -> None:
    """Search, and be killed by the kernel where half of the menus have been looked at."""
    found(sought, folder, progress=at(TRIALS // 2, lambda: os.kill(os.getpid(), signal.SIGKILL)))


def study(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_keeping_it_changes_no_byte_of_the_answer(
    sold: StoredPanel, counted: list[int], tmp_path: Path
) -> None:
    undisturbed = answer(sold)
    assert answer(sold, tmp_path) == undisturbed
    assert len(counted) == 2 * TRIALS

    assert answer(sold, tmp_path) == undisturbed
    assert answer(sold, tmp_path, fences=False) != undisturbed
    assert len(counted) == 2 * TRIALS

    answer(sold, tmp_path, kept="linear")
    assert len(counted) == 3 * TRIALS
    assert len(list(tmp_path.iterdir())) == 2


def test_how_far_it_is_is_told(sought: Sought) -> None:
    told: list[tuple[int, int]] = []

    found(sought, trials=90, progress=lambda done, total: told.append((done, total)))

    assert told == [(0, 120), (40, 120), (80, 120), (120, 120)]


@pytest.mark.parametrize("menus", [0, 40, 120])
def test_an_interrupted_one_goes_on_from_its_last_generation(
    sought: Sought, undisturbed: list[Compromise], counted: list[int], tmp_path: Path, *, menus: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        found(sought, tmp_path, progress=at(menus, stop))
    counted.clear()

    assert found(sought, tmp_path) == undisturbed
    assert len(counted) == TRIALS - menus


def test_an_unfinished_generation_leaves_no_trace(
    sought: Sought, undisturbed: list[Compromise], tmp_path: Path, counted: list[int]
) -> None:
    choose = _tier_frontier.choose

    def breaking(*asked: Any) -> Any:
        if len(counted) == 57:
            stop()
        return choose(*asked)

    with mock.patch.object(_tier_frontier, "choose", breaking), pytest.raises(KeyboardInterrupt):
        found(sought, tmp_path)
    counted.clear()

    assert found(sought, tmp_path) == undisturbed
    assert len(counted) == TRIALS - 40


def test_a_killed_process_loses_no_generation(
    sought: Sought, undisturbed: list[Compromise], counted: list[int], tmp_path: Path
) -> None:
    process = multiprocessing.get_context("spawn").Process(target=killed, args=(sought, tmp_path))
    process.start()
    process.join()

    assert process.exitcode == -signal.SIGKILL
    assert found(sought, tmp_path) == undisturbed
    assert len(counted) == TRIALS // 2


def test_more_menus_go_on_from_those_that_were_looked_at(
    sought: Sought, undisturbed: list[Compromise], counted: list[int], tmp_path: Path
) -> None:
    found(sought, tmp_path)
    counted.clear()

    more = found(sought, tmp_path, trials=240)

    assert len(counted) == 80
    assert more == found(sought, trials=240) != undisturbed
    assert found(sought, tmp_path) == undisturbed


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "foreign", "not text", "no objects"])
def test_a_file_that_does_not_fit_begins_anew(
    sought: Sought, undisturbed: list[Compromise], counted: list[int], tmp_path: Path, *, damage: str
) -> None:
    found(sought, tmp_path)
    path = study(tmp_path)
    content = path.read_bytes()
    damaged = {
        "cut": content[: len(content) // 2],
        "changed": content.replace(b'"values":[1', b'"values":[2', 1),
        "emptied": b"",
        "foreign": b'{"op_code":2,"study_id":0,"user_attr":{"sha256":"0"}}\n',
        "not text": b"\xff\xfe",
        "no objects": b"[1]\n7\n",
    }
    assert damaged[damage] != content
    path.write_bytes(damaged[damage])
    counted.clear()

    assert found(sought, tmp_path) == undisturbed
    assert len(counted) == TRIALS


def test_a_study_under_the_name_of_another_does_not_count(
    sought: Sought, undisturbed: list[Compromise], counted: list[int], tmp_path: Path
) -> None:
    search, menu = sought
    found((search, replace(menu, tiers=menu.tiers + 1)), tmp_path)
    other = study(tmp_path).read_bytes()
    found(sought, tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(other)
    counted.clear()

    assert found(sought, tmp_path) == undisturbed
    assert len(counted) == TRIALS


def test_optuna_opens_what_is_kept(sought: Sought, tmp_path: Path) -> None:
    found(sought, tmp_path)

    backend = optuna.storages.journal.JournalFileBackend(str(study(tmp_path)))
    kept = optuna.load_study(study_name="tiers", storage=optuna.storages.JournalStorage(backend))

    assert len(kept.trials) == TRIALS
