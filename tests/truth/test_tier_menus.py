"""How near menus come to the proven optimum, and to other people's optimisers, into docs/truth-tiers.md."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median

import numpy as np
import pytest

from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.bound import upper_bound
from models.pricing.tiers.enumeration import enumerate_menus, trials
from models.pricing.tiers.hard_allowance import Needs, best_menu
from tests.models.pricing.tiers.markets import soft
from tests.truth import tier_peers as peers

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-tiers.md"
INSTANCES = int(os.environ.get("TRUTH_INSTANCES", "100"))
FIRST_SEED = 7_000_000
RACED = 5
PEERS = ("cmaes", "ortools")

HEAD = """# Tier menus: how near to the best

Made by `make truth-tiers`; do not edit. Markets are drawn as in `tests/models/pricing/tiers/markets.py`, seeds from
{first} on, by which no choice in the code was made: usage and willingness to pay log-normal and correlated, a
cut-off need keeps a concave part of its value, customers take the tier that leaves them most. Seconds are of one
process on the machine that made the page.

## Against the proven optimum

{count} markets of 500 customers, 16 allowances × 30 fees, three tiers: the ascent from 400 starts, against the
enumeration of every menu. *Bound* is what the certificate says where nothing is enumerated.

| least share of the optimum | mean | found | seconds: median | most | enumeration: seconds | bound ÷ optimum |
| --- | --- | --- | --- | --- | --- | --- |
"""


def one(seed: int) -> tuple[float, float, float, float]:
    """Return the ascent's share of the optimum, its seconds, the enumeration's, and the bound's excess."""
    market = soft(seed)
    started = time.perf_counter()
    menu = ascend(market, 3)
    reached = time.perf_counter()
    _, best = enumerate_menus(market, 3)
    ended = time.perf_counter()
    assert menu is not None
    bound = upper_bound(market, menu, 3, steps=25)
    return market.earns(menu) / best, reached - started, ended - reached, bound / best


def _against_optimum() -> tuple[str, Sequence[tuple[float, float, float, float]]]:
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        rows = pool.map(one, range(FIRST_SEED, FIRST_SEED + INSTANCES), chunksize=1)
    shares, seconds, proving, bounds = zip(*rows, strict=True)
    cells = [
        f"{min(shares):.3%}", f"{fmean(shares):.3%}", f"{sum(each > 1 - 1e-9 for each in shares)} of {len(shares)}",
        f"{median(seconds):.2f}", f"{max(seconds):.2f}", f"{median(proving):.1f}", f"{fmean(bounds):.3f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |\n", rows


def _race() -> str:
    searches: dict[str, peers.Search] = {
        "ascent, 400 starts": lambda market, tiers: ascend(market, tiers) or (),
        "ascent, 10 starts": lambda market, tiers: ascend(market, tiers, starts=10) or (),
        "Optuna TPE, 300 trials": peers.optuna_search("tpe", trials=300),
        "Optuna TPE, 1,000 trials": peers.optuna_search("tpe", trials=1000),
        "Optuna CMA-ES, 1,000 trials": peers.optuna_search("cma-es", trials=1000),
        "1,000 random menus": peers.random_menus,
        "quantile tiers, best of four price shares": peers.quantile_tiers,
    }
    text = f"""
## Against other ways to a menu

{RACED} of the same markets; shares of the enumerated optimum.

| way | three tiers: least | mean | seconds |
| --- | --- | --- | --- |
"""
    markets = [soft(FIRST_SEED + at) for at in range(RACED)]
    best = [enumerate_menus(market, 3)[1] for market in markets]
    for name, search in searches.items():
        runs = [peers.timed(search, market, 3) for market in markets]
        shares = [run.earned / most for run, most in zip(runs, best, strict=True)]
        text += f"| {name} | {min(shares):.2%} | {fmean(shares):.2%} | {fmean(run.seconds for run in runs):.2f} |\n"
    return text


def _exact_solvers() -> str:
    text = """
## Against exact solvers

100 customers, 8 allowances × 12 fees, three tiers, the closest-assignment programme, 60 seconds at most, one thread.

| way | share of the optimum | proven | seconds |
| --- | --- | --- | --- |
"""
    market = soft(FIRST_SEED, n=100, allowances=8, fees=12)
    started = time.perf_counter()
    menu, best = enumerate_menus(market, 3)
    runs = {
        "enumeration of menus": peers.Run(menu, best, time.perf_counter() - started, proven=True),
        "every menu evaluated": peers.timed(peers.brute_force, market, 3),
        "HiGHS (SciPy)": peers.highs(market, 3),
        "CP-SAT (OR-tools)": peers.cp_sat(market, 3),
        "CP-SAT, hinted with the ascent's menu": peers.cp_sat(market, 3, hint=ascend(market, 3) or ()),
    }
    for name, run in runs.items():
        proven = "yes" if run.proven or name.startswith("every") else "no"
        text += f"| {name} | {run.earned / best:.2%} | {proven} | {run.seconds:.2f} |\n"
    return text


def _programme() -> str:
    rng = np.random.default_rng(FIRST_SEED)
    z = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=50_000)
    units, pays = 40 * np.exp(z[:, 0]), 900 * np.exp(0.8 * z[:, 1])
    allowances = np.unique(np.quantile(units, np.arange(1, 2001) / 2000))
    fees = np.linspace(np.quantile(pays, 0.001), np.quantile(pays, 0.999), 1000)
    started = time.perf_counter()
    menu, earned = best_menu(Needs(units, pays, np.ones(50_000), 1.0), 6, allowances=allowances, fees=fees)
    seconds = time.perf_counter() - started
    return f"""
## Whole needs: the dynamic programme

50,000 customers, {allowances.size:,} allowances × {fees.size:,} fees, {len(menu)} tiers, proven optimal:
{seconds:.2f} seconds, {earned:,.0f} a month.
"""


def test_menus_are_near_the_proven_optimum_and_the_page_is_written() -> None:
    missing = [name for name in PEERS if find_spec(name) is None]
    assert not missing, f"not installed: .venv/bin/pip install {' '.join(missing)}"
    row, rows = _against_optimum()
    started = time.perf_counter()
    text = (
        HEAD.format(first=f"{FIRST_SEED:,}", count=INSTANCES)
        + row
        + _race()
        + _exact_solvers()
        + _programme()
    )
    per_proof = trials(soft(FIRST_SEED), 3)
    text += f"\nEach enumeration made {per_proof:,} best responses. The page took {time.perf_counter() - started:.0f} s"
    PAGE.write_text(text + " besides the first table.\n", encoding="utf-8")

    assert min(share for share, *_ in rows) >= 0.999
