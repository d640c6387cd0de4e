"""Other ways to a tier menu, on the same market: general optimisers, exact solvers, and what practitioners do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import optimize, sparse

from models.pricing.tiers.market import Market, Menu, ordered

Search = Callable[[Market, int], Menu]


@dataclass(frozen=True)
class Run:
    """A menu that was found, what it earns, how long it took, and whether it was proven the best."""

    menu: Menu
    earned: float
    seconds: float
    proven: bool = False


def timed(search: Search, market: Market, tiers: int) -> Run:
    """Run a search."""
    started = time.perf_counter()
    menu = search(market, tiers)
    return Run(menu, market.earns(menu), time.perf_counter() - started)


def quantile_tiers(market: Market, tiers: int) -> Menu:
    """Cut customers by the allowance that holds 95 % of their value; price at the best of four shares of the middle."""
    whole = market.surplus[:, -1]
    holds = (market.surplus >= 0.95 * whole[:, None]).argmax(axis=1)
    edges = np.quantile(holds, np.arange(1, tiers + 1) / tiers, method="higher").astype(int)
    best: Menu = ()
    for share in (0.5, 0.7, 0.8, 0.9):
        menu = {}
        for at, kind in enumerate(edges):
            inside = (holds <= kind) & (holds > (edges[at - 1] if at else -1))
            if inside.any():
                asked = share * float(np.median(whole[inside]))
                menu[int(np.searchsorted(market.fees, asked, side="right").clip(1) - 1)] = int(kind)
        candidate = ordered([(kind, fee) for fee, kind in menu.items()])
        best = max(best, candidate, key=market.earns)
    return best


def random_menus(market: Market, tiers: int, *, tries: int = 1000) -> Menu:
    """Take the best of random menus."""
    rng = np.random.default_rng(0)
    best: Menu = ()
    for _ in range(tries):
        kinds = np.sort(rng.integers(market.kinds, size=tiers))
        fees = np.sort(rng.choice(market.fees.size, tiers, replace=False))
        best = max(best, tuple(zip(kinds.tolist(), fees.tolist(), strict=True)), key=market.earns)
    return best


def optuna_search(sampler: str, *, trials: int) -> Search:
    """Return a search by Optuna, ``tpe`` or ``cma-es``."""

    def search(market: Market, tiers: int) -> Menu:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers = {"tpe": optuna.samplers.TPESampler, "cma-es": optuna.samplers.CmaEsSampler}

        def menu_of(values: dict[str, int]) -> Menu:
            by_fee = {values[f"fee {k}"]: values[f"kind {k}"] for k in range(tiers)}
            return ordered([(kind, fee) for fee, kind in by_fee.items()])

        def objective(trial: optuna.Trial) -> float:
            for k in range(tiers):
                trial.suggest_int(f"kind {k}", 0, market.kinds - 1)
                trial.suggest_int(f"fee {k}", 0, market.fees.size - 1)
            return market.earns(menu_of(trial.params))

        study = optuna.create_study(direction="maximize", sampler=samplers[sampler](seed=0))
        study.optimize(objective, n_trials=trials)
        return menu_of(study.best_params)

    return search


def _offers(market: Market) -> tuple[np.ndarray, np.ndarray]:
    """Return what every customer gets and pays in every tier, shape (n, T m) each."""
    gets = (market.surplus[:, :, None] - market.fees).reshape(market.stay.size, -1)
    pays = (market.fees + market.margin[:, :, None]).reshape(market.stay.size, -1)
    return gets, pays * market.weights[:, None]


def highs(market: Market, tiers: int, *, seconds: float = 60.0) -> Run:
    """Solve the closest-assignment programme by SciPy's HiGHS: who may take an open tier takes one as good."""
    gets, pays = _offers(market)
    n, count = gets.shape
    may = gets >= 0
    column = np.full((n, count), -1)
    column[may] = count + np.arange(may.sum())
    size = count + int(may.sum())
    value = np.zeros(size)
    value[count:] = pays[may]
    rows, upper = [], []
    i, j = np.nonzero(may)
    at = np.arange(i.size)
    rows.append(sparse.csr_array((np.ones(i.size), (i, column[may])), shape=(n, size)))
    upper.append(np.ones(n))
    taken_if_open = sparse.csr_array(
        (np.tile([1.0, -1.0], i.size), (np.repeat(at, 2), np.column_stack([column[may], j]).ravel())),
        shape=(i.size, size),
    )
    rows.append(taken_if_open)
    upper.append(np.zeros(i.size))
    entries: list[tuple[int, int, float]] = []
    for row, (who, tier) in enumerate(zip(i, j, strict=True)):
        as_good = np.flatnonzero(may[who] & (gets[who] >= gets[who, tier]))
        entries += [(row, int(column[who, other]), -1.0) for other in as_good] + [(row, int(tier), 1.0)]
    r, c, v = (np.array(each) for each in zip(*entries, strict=True))
    rows.append(sparse.csr_array((v, (r, c)), shape=(i.size, size)))
    upper.append(np.zeros(i.size))
    few = np.zeros((1, size))
    few[0, :count] = 1
    rows.append(sparse.csr_array(few))
    upper.append(np.array([float(tiers)]))
    started = time.perf_counter()
    found = optimize.milp(
        -value,
        constraints=optimize.LinearConstraint(sparse.vstack(rows).tocsr(), ub=np.concatenate(upper)),
        integrality=np.ones(size),
        bounds=optimize.Bounds(0, 1),
        options={"time_limit": seconds},
    )
    took = time.perf_counter() - started
    opened = () if found.x is None else np.flatnonzero(found.x[:count] > 0.5)
    menu = ordered([divmod(int(each), market.fees.size) for each in opened])
    return Run(menu, market.earns(menu), took, proven=found.status == 0)


def cp_sat(market: Market, tiers: int, *, seconds: float = 60.0, hint: Menu = ()) -> Run:
    """Solve the same programme by OR-tools' CP-SAT on one worker, from a hinted menu where one is given."""
    from ortools.sat.python import cp_model

    gets, pays = _offers(market)
    n, count = gets.shape
    model = cp_model.CpModel()
    opened = [model.new_bool_var(f"open {j}") for j in range(count)]
    model.add(sum(opened) <= tiers)
    objective = []
    for i in range(n):
        may = np.flatnonzero(gets[i] >= 0)
        takes = {int(j): model.new_bool_var(f"takes {i} {j}") for j in may}
        model.add_at_most_one(takes.values())
        order = may[np.argsort(-gets[i, may], kind="stable")]
        for place, j in enumerate(order):
            model.add_implication(takes[int(j)], opened[int(j)])
            model.add_bool_or([opened[int(j)].negated(), *(takes[int(k)] for k in order[: place + 1])])
            objective.append(round(float(pays[i, j]) * 100) * takes[int(j)])
    model.maximize(sum(objective))
    for j in range(count):
        model.add_hint(opened[j], divmod(j, market.fees.size) in hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    started = time.perf_counter()
    status = solver.solve(model)
    took = time.perf_counter() - started
    menu: Menu = ()
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        menu = ordered([divmod(j, market.fees.size) for j in range(count) if solver.value(opened[j])])
    return Run(menu, market.earns(menu), took, proven=status == cp_model.OPTIMAL)


def brute_force(market: Market, tiers: int) -> Menu:
    """Evaluate every menu of exactly so many tiers whose kinds and fees both rise."""
    return max(
        (
            tuple(zip(kinds, fees, strict=True))
            for kinds in combinations(range(market.kinds), tiers)
            for fees in combinations(range(market.fees.size), tiers)
        ),
        key=market.earns,
    )
