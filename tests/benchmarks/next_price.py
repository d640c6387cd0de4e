"""The next price to ask: how long a respondent waits for the next question.

Bar: 20 ms of CPU a question, the belief recomputed from 1,000 respondents heard before included.
"""

from __future__ import annotations

import os
import time

# One thread, as the service runs: more of them spend CPU on waiting for each other.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np

from models.planning.next_price import Belief

BAR_MILLISECONDS = 20.0
PRICES = 100 * np.geomspace(0.25, 4, 12)
QUESTIONS = 3


def heard(respondents: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what so many respondents were asked and said."""
    rng = np.random.default_rng(0)
    asked = PRICES[rng.random((respondents, PRICES.size)).argsort(axis=1)[:, :QUESTIONS]]
    willing = 100 * np.exp(0.6 * rng.standard_normal((respondents, 1)))
    return asked, (willing >= asked).astype(float)


def interview(respondents: int) -> list[float]:
    """Return the CPU milliseconds that each question of the next respondent took."""
    belief = Belief.before(PRICES).heard(*heard(respondents))
    asked: list[float] = []
    said: list[float] = []
    spent = []
    for _ in range(QUESTIONS):
        started = time.process_time()
        question = belief.next_price(asked, said)
        spent.append(1000 * (time.process_time() - started))
        asked.append(question.price)
        said.append(float(question.price < 90))
    return spent


def main() -> int:
    """Print milliseconds a question after few and many respondents."""
    interview(10)
    held = True
    for respondents in (10, 100, 1_000):
        first, *later = np.median([interview(respondents) for _ in range(7)], axis=0)
        held &= max(first, *later) <= BAR_MILLISECONDS
        print(
            f"{respondents:>5} respondents heard: first question {first:.1f} ms, later ones"
            f" {max(later):.1f} ms (bar {BAR_MILLISECONDS:.0f} ms)"
        )
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
