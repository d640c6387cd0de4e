"""The mixed logit against xlogit 0.2.7: equal data, equal draws, one core each, in turns.

361 people choose 12 times between 4 contracts with 6 attributes of normal taste, which is the shape of the
electricity survey that both are known by. What is timed is the whole fit, errors included, in CPU-seconds; xlogit
gets its errors from the scores, ours come from a differenced Hessian. Bars: the log-likelihoods agree to 1e-6, and
we are not slower.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
PEER = ROOT / "build" / "peers" / "xlogit"
PEOPLE, TASKS, ALTERNATIVES, DRAWS, TURNS = 361, 12, 4, 200, 3
NAMES = ["price", "length", "local", "known", "daily", "seasonal"]
AGREE = 1e-6


def make(file: Path) -> None:
    """Let people with known tastes choose, and draw the normals that both will use."""
    rng = np.random.default_rng(20)
    n = PEOPLE * TASKS * ALTERNATIVES
    X = np.column_stack([rng.uniform(5, 10, n), rng.integers(0, 6, n), rng.integers(0, 2, (n, 4))]).astype(
        float
    )
    mean, spread = [-0.9, -0.2, 2.0, 1.5, -3.0, -3.0], [0.2, 0.4, 1.5, 1.0, 2.0, 1.5]
    beta = np.repeat(rng.normal(mean, spread, (PEOPLE, 6)), TASKS * ALTERNATIVES, axis=0)
    utility = ((X * beta).sum(axis=1) + rng.gumbel(size=n)).reshape(-1, ALTERNATIVES)
    chosen = np.eye(ALTERNATIVES)[utility.argmax(axis=1)].ravel()
    np.savez(file, X=X, chosen=chosen, z=rng.standard_normal((PEOPLE, 6, DRAWS)))


def ours(data: Any) -> tuple[float, float]:
    """Fit our mixed logit; return CPU-seconds and the log-likelihood."""
    from models.choice.mixed_logit import MixedLogit
    from models.choice.tasks import Tasks

    rows = np.arange(len(data["X"]))
    tasks = Tasks.from_rows(
        data["X"], names=NAMES, price=0, respondent=rows // (TASKS * ALTERNATIVES), task=rows // ALTERNATIVES,
        chosen=data["chosen"],
    )  # fmt: skip
    method = MixedLogit(mixing=dict.fromkeys(NAMES, "normal"))
    method.fit(tasks, data["z"][:, :, :2])  # imports and first touches aside
    started = time.process_time()
    fit = method.fit(tasks, data["z"])
    return time.process_time() - started, fit.log_likelihood


def peers(data: Any) -> tuple[float, float]:
    """Fit xlogit's, its own draws replaced by ours; return CPU-seconds and the log-likelihood."""
    from xlogit import MixedLogit

    rows, z = np.arange(len(data["X"])), data["z"]

    class GivenDraws(MixedLogit):  # type: ignore[misc]
        def _generate_draws(self, *_: Any, **__: Any) -> Any:
            return z.copy()

    method = GivenDraws()
    started = time.process_time()
    method.fit(
        data["X"], data["chosen"], NAMES, rows % ALTERNATIVES, rows // ALTERNATIVES, dict.fromkeys(NAMES, "n"),
        panels=rows // (TASKS * ALTERNATIVES), n_draws=DRAWS, verbose=0,
    )  # fmt: skip
    return time.process_time() - started, float(method.loglikelihood)


def install() -> Path:
    """Return a Python that has xlogit, in an environment of its own."""
    python = PEER / "bin" / "python"
    if not python.exists():
        venv.create(PEER, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "xlogit==0.2.7"], check=True)
    return python


def main() -> int:
    """Run both in turns and compare."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    pythons = {"ours": Path(sys.executable), "peers": install()}
    seconds: dict[str, list[float]] = {"ours": [], "peers": []}
    reached: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "choices.npz"
        make(file)
        for _ in range(TURNS):
            for who, python in pythons.items():
                command = [python, __file__, who, file]
                answer = subprocess.run(
                    command, env=environment, stdout=subprocess.PIPE, text=True, check=True
                )
                took, reached[who] = json.loads(answer.stdout)
                seconds[who].append(took)
    our, their = median(seconds["ours"]), median(seconds["peers"])
    apart = abs(reached["ours"] - reached["peers"])
    print(
        f"log-likelihood {reached['ours']:.7f}, xlogit {reached['peers']:.7f}: {apart:.1e} apart (bar {AGREE:.0e})"
    )
    print(f"CPU {our:.2f} s, xlogit {their:.2f} s, {DRAWS} draws: {their / our:.1f} times as fast (bar 1)")
    return int(apart > AGREE or our > their)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"ours": ours, "peers": peers}[sys.argv[1]](np.load(sys.argv[2]))))
    else:
        sys.exit(main())
