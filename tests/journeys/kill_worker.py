"""Kill workers at random points of real analyses; every resumed result must equal the undisturbed one to the byte.

Run it alone for the table: `python -m tests.journeys.kill_worker --kills 20 --seed 1`. Exit code 1 if any byte
differs. A kill counts only if it hit an analysis that was running; it comes at a random moment after the (re)started
worker has a child at work, within the time that an undisturbed analysis takes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from experiments.market import sample_business, write_dataset
from pricing_service.config import Settings
from pricing_service.ingest import Folder, ingest
from pricing_service.storage import Analysis, NewAnalysis, Storage, VersionContent
from pricing_service.storage.blobs import sha256_of

KINDS = ("value_metrics", "unit_worth", "tiers", "report")
OPTIONS = {"tiers": {"frontier_trials": 1000}}
"""So that kills strike within a search that is kept."""
_LONGEST_S = 600


@dataclass
class Round:
    """One analysis that was killed again and again, beside its undisturbed twin."""

    kind: str
    undisturbed_s: float
    hits: list[str] = field(default_factory=list)  # where each kill struck: the progress that was shown
    equal: bool = False


class Shop:
    """A service without its doors: a storage with the sample business, and one worker process."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_folder=folder, dev=True)
        self.storage = Storage.open(self.settings)
        self.workspace = self.storage.workspaces.create("Chaos").id
        self._dataset = self._register(folder)
        self._worker: subprocess.Popen[bytes] | None = None

    def _register(self, folder: Path) -> str:
        exports = write_dataset(sample_business(), folder / "exports")
        staged = self.storage.blobs.staging(self.workspace)
        checked = ingest(Folder(exports), folder=staged)
        content = VersionContent(checked.version, checked.tables, checked.refused, checked.report, staged)
        saved = self.storage.datasets.save(
            self.workspace, content, name=checked.name, currency=checked.currency
        )
        return saved.id

    def ask(self, kind: str) -> Analysis:
        """Queue an analysis; its panel and what others kept are to be made anew, so that kills strike there too."""
        asked = NewAnalysis(self._dataset, kind, OPTIONS.get(kind, {}), seed=11)
        new = self.storage.analyses.create(self.workspace, asked)
        kept = self.storage.blobs.kept(self.workspace, new.dataset_id, new.dataset_version)
        for folder in (self._panel(new), kept):
            shutil.rmtree(folder, ignore_errors=True)
        return new

    def look(self, analysis: Analysis) -> Analysis:
        """Read it as it stands now."""
        return self.storage.analyses.get(self.workspace, analysis.id)

    def wait(self, analysis: Analysis) -> Analysis:
        """Wait for its end."""
        deadline = time.monotonic() + _LONGEST_S
        while not (now := self.look(analysis)).finished:
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {_LONGEST_S} s still {now.status} at {now.progress}")
            time.sleep(0.02)
        if now.status != "succeeded":
            raise AssertionError(f"{now.kind} {now.status}: {now.error}")
        return now

    def digests(self, analysis: Analysis) -> dict[str, str]:
        """Digest everything that was written for it: its files and its panel."""
        panel = self._panel(analysis)
        shared = {
            str(path.relative_to(panel)): sha256_of(path) for path in panel.rglob("*") if path.is_file()
        }
        return {**self.look(analysis).files, **shared}

    def start(self) -> None:
        """Start the worker."""
        command = [sys.executable, "-m", "api.command_line", "worker"]
        arguments = ["--data-folder", str(self.settings.data_folder)]
        self._worker = subprocess.Popen([*command, *arguments], stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """End the worker as the kernel would."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()

    def has_child(self) -> bool:
        """Whether a step is at work: the fork server, a child of the worker, has a child."""
        assert self._worker is not None
        family = psutil.Process(self._worker.pid).children(recursive=True)
        direct = {process.pid for process in psutil.Process(self._worker.pid).children()}
        return any(process.pid not in direct for process in family)

    def close(self) -> None:
        """Leave no process behind."""
        self.kill()
        self.storage.close()

    def _panel(self, analysis: Analysis) -> Path:
        return self.storage.blobs.panel(self.workspace, analysis.dataset_id, analysis.dataset_version)


def run(shop: Shop, *, kills: int, seed: int) -> list[Round]:
    """Run rounds over the kinds in turn until so many kills have struck."""
    moments = random.Random(seed)
    shop.start()
    _undisturbed(shop, KINDS[0])  # the first waits for the worker's imports; its time says nothing
    undisturbed = {kind: _undisturbed(shop, kind) for kind in KINDS}
    rounds: list[Round] = []
    while (left := kills - sum(len(one.hits) for one in rounds)) > 0:
        kind = KINDS[len(rounds) % len(KINDS)]
        seconds, expected = undisturbed[kind]
        analysis = shop.ask(kind)
        # Several kills in most rounds, so that a resumption is itself interrupted.
        planned = [moments.uniform(0.0, seconds) for _ in range(min(left, moments.randint(2, 6)))]
        hits = [hit for pause in planned if (hit := _strike(shop, analysis, pause=pause))]
        shop.wait(analysis)
        rounds.append(Round(kind, seconds, hits, equal=shop.digests(analysis) == expected))
    return rounds


def _strike(shop: Shop, analysis: Analysis, *, pause: float) -> str | None:
    """Kill the worker a while after its child began; say where it struck, null if all was over."""
    deadline = time.monotonic() + _LONGEST_S
    while not shop.has_child():
        if shop.look(analysis).finished:
            return None
        if time.monotonic() > deadline:
            raise TimeoutError("the worker does not begin")
        time.sleep(0.005)
    time.sleep(pause)
    at = shop.look(analysis)
    shop.kill()
    struck = not shop.look(analysis).finished
    shop.start()
    where = f"{at.progress['step']} {at.progress['done']}/{at.progress['total']}"
    sys.stderr.write(
        f"{analysis.kind}: killed after {pause:.2f} s at {where}, {'hit' if struck else 'over'}\n"
    )
    return where if struck else None


def _undisturbed(shop: Shop, kind: str) -> tuple[float, dict[str, str]]:
    done = shop.wait(shop.ask(kind))
    assert done.started_at is not None
    assert done.finished_at is not None
    return (done.finished_at - done.started_at).total_seconds(), shop.digests(done)


def show(rounds: Sequence[Round]) -> str:
    """Write the rounds as a table."""
    lines = [f"{'kind':<14} {'undisturbed s':>13} {'kills':>5}  equal  struck at"]
    for one in rounds:
        equal = "yes" if one.equal else "NO"
        lines.append(
            f"{one.kind:<14} {one.undisturbed_s:>13.2f} {len(one.hits):>5}  {equal:<5}  {'; '.join(one.hits)}"
        )
    kills = sum(len(one.hits) for one in rounds)
    lines.append(f"{kills} kills in {len(rounds)} analyses; equal: {sum(one.equal for one in rounds)}")
    return "\n".join(lines)


def main() -> int:
    """Read the arguments, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        try:
            rounds = run(shop, kills=arguments.kills, seed=arguments.seed)
        finally:
            shop.close()
    sys.stdout.write(show(rounds) + "\n")
    return 0 if all(one.equal for one in rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
