"""One simulated conjoint as the product reads it, and the rows of a page: which intervals hold the truth, how wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import sqrt
from typing import Any

import numpy as np

from models.errors import NotEstimable
from models.surveys._base import Asked
from models.surveys._choices import ChoiceAnswers
from models.surveys.conjoint import Conjoint, Model
from tests.truth import sweep
from tests.truth.conjoint_world import COST, World, truth

WORTHS = ("worth of a level", "worth of a unit")
PRICES = ("typical", "best for revenue", "best for profit")
Runs = list[dict[str, list[float | None]]]
"""For each survey and number: whether the interval holds the truth, and its width as a share of that, if any."""
_COLUMNS = """| customers | contacts | products | tasks each | | level | unit | typical | revenue | profit |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def measured(model: Model, worlds: Sequence[World], seeds: range) -> tuple[str, list[float]]:
    """Simulate and read a survey of each world for each seed, on all cores.

    Returns
    -------
    The table of the page, and for each world and number the share of intervals that hold the truth.
    """
    table, covered = _COLUMNS, []
    for at, world in enumerate(worlds):
        tasks = [[model, asdict(world), seed] for seed in seeds]
        runs = sweep.records(read_survey, tasks, name=f"conjoint-{model}-{at}")
        table += _rows(world, runs)
        covered += [float(np.mean([each[name][0] for each in runs])) for name in runs[0]]
    return table, covered


def read_survey(task: Sequence[Any]) -> dict[str, list[float | None]]:
    """Simulate and read one survey; a number that is refused is a miss."""
    model, fields, seed = task
    world = World(**fields | {"tasks": tuple(fields["tasks"])})
    answers = ChoiceAnswers.of(world.survey(seed))
    true = truth(phone=answers.coding.product["support"] == "phone", differing=world.differing)
    try:
        reading = Conjoint(model=model).read(
            answers, Asked(unit="EUR", unit_cost=COST, resamples=500, seed=seed)
        )
    except NotEstimable:
        return {name: [0.0, None] for name in true}
    worth = reading.details["worth"]
    said = {
        "worth of a level": worth["support=phone"],
        "worth of a unit": worth["seats"],
        "typical": reading.typical.to_json(),
        "best for revenue": reading.best_price["revenue"].to_json(),
        "best for profit": reading.best_price["profit"].to_json(),
    }
    return {name: _hit(said[name], true[name]) for name in (*WORTHS, *(PRICES if world.none else ()))}


def _hit(said: dict[str, float | None], true: float) -> list[float | None]:
    low, high = said["low"], said["high"]
    return [0.0, None] if low is None or high is None else [float(low <= true <= high), (high - low) / true]


def _rows(world: World, runs: Runs) -> str:
    """Return a world's two rows, under `_COLUMNS`."""
    covered, width = [], []
    for name in (*WORTHS, *PRICES):
        hits = [each[name] for each in runs if name in each]
        if not hits:
            covered.append("–")
            width.append("–")
            continue
        rate = float(np.mean([hit for hit, _ in hits]))
        covered.append(f"{rate:.1%} ± {2 * sqrt(rate * (1 - rate) / len(hits)):.1%}")
        width.append(f"{np.mean([share for _, share in hits if share is not None]):.0%}")
    tasks = "–".join(map(str, sorted({min(world.tasks), max(world.tasks)})))
    offer = f"{world.products}{' and none' if world.none else ''}"
    kind = f"| {world.customers} | {world.contacts} | {offer} | {tasks} |"
    return f"{kind} covered | {' | '.join(covered)} |\n| | | | | width | {' | '.join(width)} |\n"
