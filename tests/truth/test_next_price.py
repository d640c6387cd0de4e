"""How many questions the chosen next price saves against random ladders, written into docs/truth-next-price.md."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from models.estimate import Estimate, Label
from models.planning.next_price import LAPSE, Belief

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-next-price.md"
RUNS = 2_000
FIRST_SEED = 3_100_000
LIST = 100 * np.geomspace(1 / 4, 4, 12)
PEOPLE = 40
EACH = 3
HEARD = (16, 26, 40, 60)  # respondents of a random ladder after whom its band is read
LABEL = Label(unit="EUR/posting")

HEAD = f"""# The next price to ask: what choosing it saves

Made by `make truth`; do not edit. {RUNS:,} simulated populations, seeds from {FIRST_SEED:,} on: log-normal
willingness to pay, its median anywhere between 45 and 220 EUR, log sd between 0.3 and 0.9, {LAPSE:.0%} of the answers
at random; {LIST.size} prices from {LIST[0]:.0f} to {LIST[-1]:.0f} EUR may be asked. All designs are read by the same
Bayesian model; the band is that of the price best for revenue, nominal 90 %. *Chosen* asks {PEOPLE} respondents up
to {EACH} prices and leaves one as soon as another one's first answer would tell twice as much. Random designs ask
until their mean band is as narrow; what that takes is interpolated between {", ".join(map(str, HEARD))} respondents.
*Band* (high ÷ low) and coverage are after {PEOPLE} respondents each. Errors are twice the standard error.

| design | as narrow as *chosen* after questions | respondents | *chosen* asks, of these | band | covered |
| --- | --- | --- | --- | --- | --- |
"""

Asked = tuple[np.ndarray, np.ndarray]


class Population:
    """People with a willingness to pay who answer, now and then at random."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.median, self.log_sd = 100 * np.exp(rng.uniform(-0.8, 0.8)), rng.uniform(0.3, 0.9)
        self.willing = self.median * np.exp(self.log_sd * rng.standard_normal(max(HEARD)))
        self.rng = rng

    def says(self, price: np.ndarray, willing: np.ndarray) -> np.ndarray:
        """Return 1 for yes and 0 for no; NaN where nothing was asked."""
        random = self.rng.random(price.shape)
        yes = np.where(random < LAPSE, random < LAPSE / 2, willing >= price)
        return np.where(np.isnan(price), np.nan, yes)

    def best_price(self) -> float:
        """Return the price of highest revenue, by trying."""

        def loss(log_price: float) -> float:
            return -float(np.exp(log_price) * stats.norm.sf((log_price - np.log(self.median)) / self.log_sd))

        found = optimize.minimize_scalar(loss, bounds=np.log([self.median / 5, self.median * 5]))
        return float(np.exp(found.x))


def chosen(population: Population) -> tuple[int, Belief]:
    """Ask the price that tells most; move on when another respondent would tell twice as much."""
    belief, questions = Belief.before(LIST), 0
    for willing in population.willing[:PEOPLE]:
        asked: list[float] = []
        said: list[float] = []
        while len(asked) < EACH:
            question = belief.next_price(asked, said)
            if not question.worth_asking:
                break
            asked.append(question.price)
            said.append(float(population.says(np.array(question.price), willing)))
        questions += len(asked)
        belief = belief.heard([asked], [said])
    return questions, belief


def in_random_order(population: Population, questions: int) -> Asked:
    """Ask so many prices of the list, in random order."""
    order = population.rng.random((max(HEARD), LIST.size)).argsort(axis=1)[:, :questions]
    return LIST[order], population.says(LIST[order], population.willing[:, None])


def higher_or_lower(population: Population, questions: int) -> Asked:
    """Start anywhere; after a yes ask a random higher price, after a no a random lower one, none settled yet."""
    n = max(HEARD)
    asked, said = np.full((n, questions), np.nan), np.full((n, questions), np.nan)
    low, high = np.zeros(n), np.full(n, np.inf)
    for q in range(questions):
        open_ = (low[:, None] < LIST) & (high[:, None] > LIST)
        pick = np.where(open_, population.rng.random((n, LIST.size)), -1.0).argmax(axis=1)
        asked[:, q] = np.where(open_.any(axis=1), LIST[pick], np.nan)
        said[:, q] = population.says(asked[:, q], population.willing)
        low = np.where(said[:, q] == 1, asked[:, q], low)
        high = np.where(said[:, q] == 0, asked[:, q], high)
    return asked, said


RANDOM = {
    f"{EACH} of the list in random order": (in_random_order, EACH),
    f"random start, random higher or lower, up to {EACH}": (higher_or_lower, EACH),
    "random start, random higher or lower, until settled": (higher_or_lower, LIST.size),
}


def row_of(estimate: Estimate, truth: float, questions: float) -> tuple[float, float, float]:
    """Return questions asked, the band's log width and whether it holds the truth."""
    assert estimate.low is not None
    assert estimate.high is not None
    return (
        questions,
        float(np.log(estimate.high / estimate.low)),
        float(estimate.low <= truth <= estimate.high),
    )


def one_run(seed: int) -> np.ndarray:
    """Return rows of (questions, width, covered): of the chosen design, then of each random one by HEARD."""
    population = Population(seed)
    truth = population.best_price()
    questions, belief = chosen(population)
    rows = [row_of(belief.best_price(LABEL), truth, questions)]
    for ask, most in RANDOM.values():
        asked, said = ask(population, most)
        for n in HEARD:
            found = Belief.before(LIST).heard(asked[:n], said[:n]).best_price(LABEL)
            rows.append(row_of(found, truth, float(np.isfinite(asked[:n]).sum())))
    return np.array(rows)


def needed(questions: np.ndarray, width: np.ndarray, target: float) -> float:
    """Return after how many questions the mean width falls to the target, straight lines between logs."""
    return float(np.exp(np.interp(-np.log(target), -np.log(width), np.log(questions))))


def covered(hits: np.ndarray) -> str:
    return f"{hits.mean():.1%} ± {2 * sqrt(hits.var() / hits.size):.1%}"


def test_choosing_the_price_needs_at_most_sixty_percent_of_a_random_ladders_questions() -> None:
    runs = np.array([one_run(seed) for seed in range(FIRST_SEED, FIRST_SEED + RUNS)])
    mean, own = runs.mean(axis=0), runs[:, 0]
    lines = [
        f"| *chosen* | {mean[0, 0]:.0f} | {PEOPLE} | – | {np.exp(mean[0, 1]):.2f} | {covered(own[:, 2])} |"
    ]
    ratios = []
    for d, name in enumerate(RANDOM):
        block = slice(1 + d * len(HEARD), 1 + (d + 1) * len(HEARD))
        questions, width, _ = mean[block].T
        asks = needed(questions, width, mean[0, 1])
        people = float(np.interp(asks, questions, HEARD))
        # the error of the ratio, by groups of runs
        parts = np.array_split(runs, 20)
        each = [
            p[:, 0, 0].mean()
            / needed(p[:, block, 0].mean(axis=0), p[:, block, 1].mean(axis=0), p[:, 0, 1].mean())
            for p in parts
        ]
        ratios.append(mean[0, 0] / asks)
        error = 2 * np.std(each, ddof=1) / sqrt(len(each))
        at = block.start + HEARD.index(PEOPLE)
        lines.append(
            f"| {name} | {asks:.0f} | {people:.0f} | {ratios[-1]:.0%} ± {error:.0%} |"
            f" {np.exp(mean[at, 1]):.2f} | {covered(runs[:, at, 2])} |"
        )
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")

    assert ratios[0] <= 0.6
    assert all(ratio < 1 for ratio in ratios)
    assert 0.87 <= own[:, 2].mean() <= 0.93
