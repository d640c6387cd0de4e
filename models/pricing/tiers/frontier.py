"""The frontier of what a menu earns, whom it loses and how much dearer it gets: menus none of which beats another.

Revenue, churn and bill shock have no common coin, and their trade-offs no shape to rely on: the search is Optuna's
NSGA-II (Deb et al. 2002), started from menus that are good for revenue.

It works in whole generations, and chance begins anew with each: what a generation looks at follows from the seed, its
number and the generations before it. A study that was kept after any of them therefore goes on to the same end as one
that nobody interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.errors import InvalidInput
from models.pricing.tiers.market import Market, Menu, ordered

Costs = Callable[[Menu], tuple[float, float]]
"""Takes a menu; returns the share of existing customers who would leave (0–1), and the bill rise that one in twenty
exceeds (a share)."""


_Values = tuple[float, ...]

GENERATION = 40
"""Menus of one generation."""


@dataclass(frozen=True)
class Compromise:
    """A menu of the frontier: what it earns (money per month), whom it loses (a share), its bill shock (a share)."""

    menu: Menu
    earns: float
    leaving: float
    bill_shock: float


@dataclass(frozen=True)
class Search:
    """How menus are looked for.

    Parameters
    ----------
    trials
        How many to look at in all, ≥ 1, those that a kept study has looked at among them; whole generations.
    seed
        Of chance, ≥ 0.
    storage, name
        The Optuna storage and the name of the study; None: in memory. It must hold whole generations: whoever keeps
        it writes it down when told.
    told
        Called with the number of menus looked at so far, after each generation.
    """

    trials: int = 160
    seed: int = 0
    storage: Any = None
    name: str = "tiers"
    told: Callable[[int], None] = lambda _: None


def frontier(
    market: Market, tiers: int, costs: Costs, *, search: Search | None = None, given: Sequence[Menu] = ()
) -> list[Compromise]:
    """Return the menus of at most `tiers` tiers that no other one found beats in all three, by falling earnings.

    Of menus that are equal in all three, the one found first.

    Parameters
    ----------
    market
        The customers.
    tiers
        Most tiers, ≥ 1.
    costs
        What a menu costs beside money.
    search
        How many menus to look at, and where the study is kept.
    given
        Menus to look at first.

    Raises
    ------
    InvalidInput
        If `tiers` or trials < 1.
    """
    import optuna  # noqa: PLC0415 - expensive to import

    how = search or Search()
    if tiers < 1 or how.trials < 1:
        raise InvalidInput(f"tiers and trials must be ≥ 1, got {tiers} and {how.trials}")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        directions=["maximize", "minimize", "minimize"],
        storage=how.storage, study_name=how.name, load_if_exists=True,
    )  # fmt: skip
    if not study.trials:
        for menu in given:
            study.enqueue_trial(_values(menu, tiers))

    def objective(trial: optuna.Trial) -> tuple[float, float, float]:
        for k in range(tiers):
            trial.suggest_int(f"kind {k}", 0, market.kinds - 1)
            trial.suggest_int(f"fee {k}", 0, market.fees.size - 1)
        menu = _menu(trial.params, tiers)
        return market.earns(menu), *costs(menu)

    generations = -(-how.trials // GENERATION)
    for done in range(_looked_at(study) // GENERATION, generations):
        chance = int(np.random.SeedSequence((how.seed, done)).generate_state(1)[0])
        study.sampler = optuna.samplers.NSGAIISampler(seed=chance, population_size=GENERATION)
        study.optimize(objective, n_trials=GENERATION)
        how.told(GENERATION * (done + 1))
    # A kept study may have looked at more menus than are asked for now.
    asked = study.trials[: GENERATION * generations]
    found: dict[_Values, Menu] = {}
    for trial in asked:
        if trial.values:
            found.setdefault(tuple(trial.values), _menu(trial.params, tiers))
    kept = [Compromise(found[values], *values) for values in _unbeaten(list(found))]
    return sorted(kept, key=lambda each: (-each.earns, each.leaving, each.bill_shock, each.menu))


def _looked_at(study: Any) -> int:
    """Return how many menus a study has looked at; some may only be waiting."""
    return sum(trial.state.is_finished() for trial in study.trials)


def _unbeaten(found: list[_Values]) -> list[_Values]:
    """Return those that no other one beats."""
    costs = np.array(found) * (-1, 1, 1)
    return [
        values
        for values, own in zip(found, costs, strict=True)
        if not ((costs <= own).all(axis=1) & (costs < own).any(axis=1)).any()
    ]


def _menu(values: dict[str, int], tiers: int) -> Menu:
    """Return the menu that a trial's values stand for; of tiers with one fee the last counts."""
    by_fee = {values[f"fee {k}"]: values[f"kind {k}"] for k in range(tiers)}
    return ordered([(kind, fee) for fee, kind in by_fee.items()])


def _values(menu: Menu, tiers: int) -> dict[str, int]:
    padded = [menu[min(k, len(menu) - 1)] for k in range(tiers)]
    named = ((f"kind {k}", f"fee {k}") for k in range(tiers))
    return {
        name: value
        for names, tier in zip(named, padded, strict=True)
        for name, value in zip(names, tier, strict=True)
    }
