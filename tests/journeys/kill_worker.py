"""Kill workers at random points of real analyses; every resumed result must equal the undisturbed one to the byte.

Run it alone for the table: `python -m tests.journeys.kill_worker --kills 20 --seed 1`. Exit code 1 if any byte
differs. A kill counts only if it hit an analysis that was running.
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

from experiments.market import sample_business, write_dataset
from pricing_service.config import Settings
from pricing_service.ingest import Folder, ingest
from pricing_service.storage import Analysis, NewAnalysis, Storage, VersionContent
from pricing_service.storage.blobs import sha256_of

KINDS = ("value_metrics", "unit_worth", "report")
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
        """Queue an analysis; its panel is to be built anew, so that kills strike there too."""
        new = self.storage.analyses.create(self.workspace, NewAnalysis(self._dataset, kind, {}, seed=11))
        shutil.rmtree(self._panel(new), ignore_errors=True)
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
        environment = {"--data-folder": str(self.settings.data_folder)}
        arguments = [part for pair in environment.items() for part in pair]
        self._worker = subprocess.Popen([*command, *arguments], stderr=None)

    def kill(self) -> None:
        """End the worker as the kernel would."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()

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
    undisturbed = {kind: _undisturbed(shop, kind) for kind in KINDS}
    rounds: list[Round] = []
    while sum(len(one.hits) for one in rounds) < kills:
        kind = KINDS[len(rounds) % len(KINDS)]
        seconds, expected = undisturbed[kind]
        this = Round(kind, seconds)
        rounds.append(this)
        analysis = shop.ask(kind)
        # Some rounds get many kills, so that a resumption is itself interrupted.
        for _ in range(moments.randint(1, 5)):
            if not _wait_until_running(shop, analysis):
                break
            time.sleep(moments.uniform(0.0, seconds))
            at = shop.look(analysis)
            shop.kill()
            if not shop.look(analysis).finished:
                this.hits.append(f"{at.progress['step']} {at.progress['done']}/{at.progress['total']}")
            shop.start()
        shop.wait(analysis)
        this.equal = shop.digests(analysis) == expected
    return rounds


def _undisturbed(shop: Shop, kind: str) -> tuple[float, dict[str, str]]:
    done = shop.wait(shop.ask(kind))
    assert done.started_at is not None
    assert done.finished_at is not None
    return (done.finished_at - done.started_at).total_seconds(), shop.digests(done)


def _wait_until_running(shop: Shop, analysis: Analysis) -> bool:
    """Wait until the restarted worker has it in hand again; false if it has ended."""
    before = shop.look(analysis)
    deadline = time.monotonic() + _LONGEST_S
    while time.monotonic() < deadline:
        now = shop.look(analysis)
        if now.finished:
            return False
        if now.status == "running" and (before.status == "queued" or now.progress != before.progress):
            return True
        # A step that was struck before its first report reports the same again.
        if now.status == "running" and time.monotonic() > deadline - _LONGEST_S + 6:
            return True
        time.sleep(0.02)
    raise TimeoutError("the restarted worker did not take the analysis over")


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
