"""Markets to try solvers on: customers with soft needs, as priced by seats or contacts, and wild little ones."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from models.pricing.tiers.market import Market, Menu, Tier, ordered


def soft(seed: int, n: int = 500, *, allowances: int = 16, fees: int = 30, unit_cost: float = 1.0) -> Market:
    """Usage and willingness log-normal and correlated; a cut-off need keeps a concave part of its value."""
    rng = np.random.default_rng(seed)
    z = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=n)
    units, pays, power = 40 * np.exp(z[:, 0]), 900 * np.exp(0.8 * z[:, 1]), rng.uniform(0.5, 1, n)
    included = np.quantile(units, np.linspace(0.05, 1, allowances))
    served = np.minimum(units[:, None], included)
    surplus = pays[:, None] * (served / units[:, None]) ** power[:, None]
    asked = np.quantile(pays, np.linspace(0.02, 0.98, fees))
    return Market(surplus, -unit_cost * served, np.zeros(n), np.zeros(n), np.ones(n), asked)


def wild(seed: int, n: int = 12, *, kinds: int = 3, fees: int = 4) -> Market:
    """Kinds in no order, margins of both signs, customers who have something to stay with."""
    rng = np.random.default_rng(seed)
    stay = np.where(rng.random(n) < 0.3, 4 * rng.random(n), 0.0)
    return Market(
        surplus=10 * rng.random((n, kinds)), margin=rng.normal(0, 2, (n, kinds)), stay=stay,
        stay_margin=np.where(stay > 0, 5 * rng.random(n), 0.0), weights=rng.random(n),
        fees=np.sort(rng.choice(12, fees, replace=False)).astype(float),
    )  # fmt: skip


def every_menu(market: Market, most: int) -> list[Menu]:
    """All menus of at most so many tiers with different fees."""
    tiers: list[Tier] = [(kind, fee) for kind in range(market.kinds) for fee in range(market.fees.size)]
    return [
        ordered(menu)
        for size in range(most + 1)
        for menu in combinations(tiers, size)
        if len({fee for _, fee in menu}) == size
    ]
