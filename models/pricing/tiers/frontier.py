"""The frontier of what a menu earns, whom it loses and how much dearer it gets: menus none of which beats another.

Revenue, churn and bill shock have no common coin, and their trade-offs no shape to rely on: the search is Optuna's
NSGA-II (Deb et al. 2002), started from menus that are good for revenue. A study that is kept in a storage goes on
where it stopped, by one process or by several.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import InvalidInput
from models.pricing.tiers.market import Market, Menu, ordered

Costs = Callable[[Menu], tuple[float, float]]
"""Takes a menu; returns the share of existing customers who would leave (0–1), and the bill rise that one in twenty
exceeds (a share)."""


@dataclass(frozen=True)
class Compromise:
    """A menu of the frontier: what it earns (money per month), whom it loses (a share), its bill shock (a share)."""

    menu: Menu
    earns: float
    leaving: float
    bill_shock: float


@dataclass(frozen=True)
class Search:
    """How many menus are looked at, from which seed, and the Optuna storage and name of the study; None: in memory."""

    trials: int = 200
    seed: int = 0
    storage: Any = None
    name: str = "tiers"


def frontier(
    market: Market, tiers: int, costs: Costs, *, search: Search | None = None, given: Sequence[Menu] = ()
) -> list[Compromise]:
    """Return the menus of at most `tiers` tiers that no other one found beats in all three, by falling earnings.

    Parameters
    ----------
    market
        The customers.
    tiers
        Most tiers, ≥ 1.
    costs
        What a menu costs beside money.
    search
        How many menus to look at now, ≥ 1, and where the study is kept; by default 200, in memory.
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
        sampler=optuna.samplers.NSGAIISampler(seed=how.seed, population_size=40),
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

    study.optimize(objective, n_trials=how.trials)
    found = {_menu(trial.params, tiers): trial.values for trial in study.best_trials}
    kept = [Compromise(menu, *values) for menu, values in found.items()]
    return sorted(kept, key=lambda each: (-each.earns, each.leaving, each.bill_shock, each.menu))


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
