"""How people come to answer the price questions out of order, and what each treatment makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from models.surveys._base import Asked
from models.surveys._price_sensitivity import QUESTIONS, Intransitive, PriceSensitivity
from models.surveys.van_westendorp import VanWestendorp
from tests.truth.price_worlds import PAIRS, draw, truth

Floats = NDArray[np.float64]
RESPONDENTS = 200


def table(*, runs: int, first_seed: int) -> str:
    """Return the errors of the four points under each treatment, for each way of erring."""
    head = f"| what goes wrong | out of order | {' | '.join(get_args(Intransitive))} |"
    lines = [_line(name, err, runs=runs, first_seed=first_seed) for name, err in ERRORS.items()]
    says = f"{RESPONDENTS} respondents, world *even*, {runs:,} surveys a row; *pmc opp idp pme*.\n"
    return "\n".join([says, head, "| --- " * 5 + "|", *lines])


def _line(
    name: str, err: Callable[[np.random.Generator, Floats], Floats], *, runs: int, first_seed: int
) -> str:
    true = np.log([truth("even")[point] for point in PAIRS])
    misses: dict[str, list[Floats]] = {treatment: [] for treatment in get_args(Intransitive)}
    wrong = []
    for seed in range(first_seed, first_seed + runs):
        rng = np.random.default_rng(seed)
        prices = err(rng, draw("even", rng, RESPONDENTS).prices)
        columns = dict(zip(QUESTIONS, prices.T, strict=True))
        answers = PriceSensitivity.of({"respondent_id": np.arange(RESPONDENTS), **columns})
        wrong.append(1 - answers.in_order.mean())
        for treatment in get_args(Intransitive):
            points = VanWestendorp().points(answers.treated(treatment), Asked(unit="EUR"))
            found = [points[point].value or np.nan for point in PAIRS]
            misses[treatment].append(np.log(found) - true)
    cells = [
        " ".join(f"{100 * each:.1f}" for each in np.sqrt(np.mean(np.square(miss), axis=0)))
        for miss in misses.values()
    ]
    return f"| {name} | {np.mean(wrong):.0%} | {' | '.join(cells)} |"


def _off_by(sd: float) -> Callable[[np.random.Generator, Floats], Floats]:
    return lambda rng, prices: prices * np.exp(sd * rng.normal(size=prices.shape))


def _exchanged(rng: np.random.Generator, prices: Floats) -> Floats:
    order = np.tile(np.arange(4), (len(prices), 1))
    who = np.flatnonzero(rng.random(len(prices)) < 0.2)
    question = rng.integers(0, 3, who.size)
    order[who, question], order[who, question + 1] = question + 1, question
    return np.take_along_axis(prices, order, axis=1)


def _reversed(rng: np.random.Generator, prices: Floats) -> Floats:
    return np.where(rng.random(len(prices))[:, None] < 0.1, prices[:, ::-1], prices)


def _careless(rng: np.random.Generator, prices: Floats) -> Floats:
    anything = np.exp(np.log(100) + 0.7 * rng.normal(size=prices.shape))
    return np.where(rng.random(len(prices))[:, None] < 0.15, anything, prices)


def _all(rng: np.random.Generator, prices: Floats) -> Floats:
    return _careless(rng, _exchanged(rng, _off_by(0.12)(rng, prices)))


ERRORS: dict[str, Callable[[np.random.Generator, Floats], Floats]] = {
    "each answer off by 12 %": _off_by(0.12),
    "each answer off by 25 %": _off_by(0.25),
    "neighbouring questions exchanged by 20 %": _exchanged,
    "questions reversed by 10 %": _reversed,
    "four careless answers of 15 %": _careless,
    "off by 12 %, exchanged and careless": _all,
}
