"""Menus of one to K tiers: found, certified, and tried on customers they were not made for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.errors import NotEstimable
from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.bound import upper_bound
from models.pricing.tiers.enumeration import enumerate_menus, trials
from models.pricing.tiers.market import Market, Menu
from models.pricing.tiers.posterior_rows import posterior_rows
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_design import Design
from pricing_service.decisions._tier_whole_needs import need_whole, whole_needs_menu

_ROWS = 800
"""Customers in a draw that a menu is sought on, once as they are and once as newcomers: more move it by less than
they cost."""
_STARTS = 40
_PROVABLE = 1.2e9
"""Best responses × rows × kinds up to which a menu is proven by enumeration: ten seconds."""
_STEPS = 12
WORTH_A_TIER = 0.01
"""A tier that adds less than this share is not worth what it costs to explain."""


@dataclass(frozen=True)
class Certificate:
    """What is proven of a menu on the customers it was sought on.

    `method` is ``dynamic_programme`` (where each need must be held whole) or ``enumeration``: no menu of these kinds
    and fees earns more; or ``relaxation``: none earns more than `optimum_bound`, money per month. `gap` is the share by
    which the optimum could lie above what the menu earns, where its prices were lowered afterwards, at the lower ones.
    """

    method: str
    optimum_bound: float
    gap: float

    def to_json(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {"method": self.method, "optimum_bound": self.optimum_bound, "gap": self.gap}


@dataclass(frozen=True)
class Found:
    """The best menu found of at most so many tiers, and what it earns on the customers it was sought on."""

    tiers: int
    menu: Menu
    earns: float


class MenuSearch:
    """Seeks menus for some customers.

    Parameters
    ----------
    design
        The tiers that may be.
    customers
        For whom.
    seed
        Of the starts, and of who is looked at.
    """

    def __init__(self, design: Design, customers: TierCustomers, *, seed: int) -> None:
        self.design, self.seed = design, seed
        self.customers = sampled(customers, seed=seed)
        self.market = design.market(self.customers)
        self.guards = design.guards(customers)

    def at(self, design: Design) -> MenuSearch:
        """Return the search on the same customers with another design."""
        other = copy(self)
        other.design, other.market = design, design.market(self.customers)
        kinds = design.kinds
        other.guards = replace(
            self.guards, fees=design.fees, allowances=kinds.allowances, overage_prices=kinds.overage_prices
        )
        return other

    def priced(self, found: Found, certificate: Certificate) -> tuple[Found, Certificate]:
        """Return a menu with what it earns at this design's prices, and how far that is from what was proven."""
        earns = self.market.earns(found.menu)
        gap = max(certificate.optimum_bound / earns - 1, 0.0) if earns > 0 else 0.0
        return replace(found, earns=earns), replace(certificate, gap=gap)

    def up_to(self, most: int, progress: Callable[[int], None]) -> list[Found]:
        """Return the best menus of at most one, two, … `most` tiers.

        Raises
        ------
        NotEstimable
            ``guards_too_tight`` where no menu keeps to the guard rails; ``nobody_would_pay`` where none earns
            anything.
        """
        found: list[Found] = []
        for tiers in range(1, most + 1):
            given = [found[-1].menu] if found else []
            menu = self.best(self.market, self.customers, tiers, given=given)
            if menu is not None:
                found.append(Found(tiers, menu, self.market.earns(menu)))
            progress(tiers)
        if not found:
            raise NotEstimable(
                "guards_too_tight", "no menu keeps to max_cliff and max_bill_rise: loosen one of them"
            )
        if not found[-1].menu:
            raise NotEstimable(
                "nobody_would_pay", "no tier earns more than it costs: check unit_cost and the evidence"
            )
        return found

    def best(
        self, market: Market, customers: TierCustomers, tiers: int, *, given: Sequence[Menu] = ()
    ) -> Menu | None:
        """Return the best menu that the ascent finds in a market of the same design for some customers."""
        whole = whole_needs_menu(self.design, customers, market, tiers)
        starts = [*given, *([whole] if whole else [])]
        return ascend(market, tiers, starts=_STARTS, seed=self.seed, given=starts, guards=self.guards)

    def without_overage(self, tiers: int) -> float:
        """Return what the best menu earns that sells no units beyond those included, money per month."""
        kinds = self.design.kinds
        fixed = np.flatnonzero(np.isinf(kinds.overage_prices)).tolist()
        design = replace(self.design, kinds=kinds.only(fixed))
        flat = self.at(design)
        return flat.market.earns(flat.best(flat.market, self.customers, tiers) or ())

    def held_out_regret(self, tiers: int) -> float | None:
        """Return the share of the best possible earnings that a menu loses on customers it was not made for.

        Customers are divided in two, and each half's menu is compared with the other's own: a menu made for twice
        as many loses less. None where a half earns nothing.
        """
        # All rows of a customer go to one half.
        first = np.unique(self.customers.ids, return_inverse=True)[1] % 2 == 0
        customers = [self.customers.only(half) for half in (first, ~first)]
        halves = [self.design.market(half) for half in customers]
        menus = [self.best(*half, tiers) or () for half in zip(halves, customers, strict=True)]
        regrets = [
            1 - half.earns(menus[1 - at]) / half.earns(menus[at])
            for at, half in enumerate(halves)
            if half.earns(menus[at]) > 0
        ]
        return float(np.mean(regrets)) if len(regrets) == 2 else None

    def certified(self, found: Found) -> tuple[Found, Certificate]:
        """Prove the menu the best, or bound how far the best can be from it; what is proven may replace it."""
        market = self.market
        if not self.guards.bind and need_whole(self.design, self.customers):
            menu = whole_needs_menu(self.design, self.customers, market, found.tiers)
            earned = market.earns(menu)
            return Found(found.tiers, menu, earned), Certificate("dynamic_programme", earned, 0.0)
        if not self.guards.bind and trials(market, found.tiers) * market.surplus.size <= _PROVABLE:
            menu, earned = enumerate_menus(market, found.tiers)
            return Found(found.tiers, menu, earned), Certificate("enumeration", earned, 0.0)
        # The guards only take menus away: what bounds all menus bounds theirs.
        bound = upper_bound(market, found.menu, found.tiers, steps=_STEPS)
        gap = bound / found.earns - 1 if found.earns > 0 else 0.0
        return found, Certificate("relaxation", bound, gap)


def sampled(customers: TierCustomers, *, seed: int) -> TierCustomers:
    """Return customers in one draw each, so few that menus can be sought on them, the same for the same seed."""
    draw, at = posterior_rows(customers.anew, customers.mean_units, rows=_ROWS, seed=seed)
    return TierCustomers(
        [customers.ids[each] for each in at],
        customers.units[at], customers.known[at], customers.bill[at], customers.asked[at], customers.worth[at],
        customers.per_unit[draw, at][None], customers.anew[draw, at][None], customers.comers[draw, at][None],
        customers.stands_for[draw, at][None], customers.counts[at],
    )  # fmt: skip


def fewest_tiers(found: list[Found]) -> Found:
    """Return the menu of the fewest tiers that earns nearly as much as any."""
    most = max(each.earns for each in found)
    return next(each for each in found if each.earns >= (1 - WORTH_A_TIER) * most)
