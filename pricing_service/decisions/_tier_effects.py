"""What a menu would do: to revenue, to existing customers and to newcomers, beside what today's prices do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Estimate, Label
from models.pricing.tiers.market import Menu
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_design import Design
from pricing_service.decisions._tier_repricing import Repriced, advised, reprice, surely


@dataclass(frozen=True, eq=False)
class Chosen:
    """What customers choose, shape (draws, n) each.

    `tier` is its place in the menu, -1 for none; `bill` (money), `units` and what it `gets` (money) are 0 there.
    """

    tier: NDArray[np.intp]
    bill: Floats
    units: Floats
    gets: Floats


def choose(design: Design, customers: TierCustomers, menu: Menu, pays: Floats) -> Chosen:
    """Let customers who would pay `pays` (draws, n) for a unit choose from a menu, in every draw."""
    kinds = design.kinds.only([kind for kind, _ in menu])
    fees = np.array([design.fees[fee] for _, fee in menu])
    columns: list[tuple[NDArray[np.intp], Floats, Floats, Floats]] = []
    for each in pays:
        served = design.served(customers, kinds, each)
        gets = served.surplus - fees
        # Of equal tiers the dearest, as the market has it; a menu stands by rising fee.
        place = fees.size - 1 - gets[:, ::-1].argmax(axis=1)
        own = (np.arange(customers.count), place)
        takes = gets[own] >= 0
        bill, used = (fees + served.overage)[own], served.units[own]
        columns.append(
            (
                np.where(takes, place, -1),
                np.where(takes, bill, 0.0),
                np.where(takes, used, 0.0),
                np.where(takes, gets[own], 0.0),
            )
        )
    tier, bill, units, gained = (np.array(column) for column in zip(*columns, strict=True))
    return Chosen(tier, bill, units, gained)


def earned_of_newcomers(design: Design, forerunners: TierCustomers, menu: Menu) -> Floats:
    """Return what a menu earns of people like q forerunners, as many of each, units' cost taken off, (draws,)."""
    crowd = forerunners.crowd()
    chosen = choose(design, crowd, menu, crowd.anew)
    earned = (chosen.bill - design.rules.unit_cost * chosen.units).reshape(
        -1, forerunners.count, forerunners.likes
    )
    return forerunners.of_all(earned.mean(axis=2))


@dataclass(frozen=True, eq=False)
class Effects:
    """A menu's effects over all draws.

    Parameters
    ----------
    design, customers, menu
        What is tried on whom.
    currency, level
        Of the numbers.
    """

    design: Design
    customers: TierCustomers
    menu: Menu
    currency: str
    level: float

    @cached_property
    def paying(self) -> TierCustomers:
        """The q customers who pay today."""
        return self.customers.only(self.customers.paying)

    @cached_property
    def forerunners(self) -> TierCustomers:
        """The q customers of whom it is known what a newcomer like them is asked today."""
        return self.customers.only(self.customers.forerunners)

    @cached_property
    def existing(self) -> Chosen:
        """What paying customers choose if they all choose anew."""
        return choose(self.design, self.paying, self.menu, self.paying.per_unit)

    @cached_property
    def newcomers(self) -> Chosen:
        """What somebody like each customer chooses who is no customer yet."""
        return choose(self.design, self.customers, self.menu, self.customers.anew)

    @property
    def today(self) -> Floats:
        """What paying customers pay today, shape (q,)."""
        return self.paying.bill

    def _kept(self) -> Floats:
        """Revenue of existing customers who may keep today's plan, by draw: they move only where they gain by it."""
        keeps = self.paying.per_unit * self.paying.mean_units - self.today
        moves = self.existing.gets > np.maximum(keeps, 0.0)
        revenue: Floats = np.where(moves, self.existing.bill, self.today).sum(axis=1)
        return revenue

    @cached_property
    def _bill_change(self) -> Floats:
        """By how much bills of those who stay change, shares, over all draws."""
        stays = self.existing.tier >= 0
        return (self.existing.bill / self.today - 1)[stays]

    @property
    def _per_customer(self) -> float:
        """How many newcomers there are of each of these kinds."""
        return self.design.newcomers / max(self.forerunners.count, 1)

    @cached_property
    def _by_draw(self) -> dict[str, Floats]:
        of_newcomers = self.design.newcomers * self.newcomers.bill.mean(axis=1)
        of_existing = self.existing.bill.sum(axis=1)
        forerunners = self.forerunners
        buys = (forerunners.comers >= (forerunners.asked / forerunners.mean_units)[:, None]).mean(axis=2)
        return {
            "existing": of_existing,
            "kept": self._kept(),
            "newcomers": of_newcomers,
            "all": of_existing + of_newcomers,
            "newcomers_today": self._per_customer * (buys @ forerunners.asked),
        }

    @cached_property
    def repriced(self) -> Repriced:
        """Today's plans at other prices for newcomers, the simplest alternative."""
        return reprice(self.forerunners, unit_cost=self.design.rules.unit_cost)

    def probability_better(self) -> float:
        """How probably the menu earns more than today's prices, newcomers included and units' cost taken off."""
        cost = self.design.rules.unit_cost
        today = (self.today - cost * self.paying.mean_units).sum()
        anew = (self.existing.bill - cost * self.existing.units).sum(axis=1)
        gain = anew - today + self._per_customer * (self.of_newcomers - self.repriced.earns_today)
        return float((gain > 0).mean())

    @cached_property
    def of_newcomers(self) -> Floats:
        """What the menu earns of people like the q forerunners, as many of each, units' cost taken off, (draws,)."""
        return earned_of_newcomers(self.design, self.forerunners, self.menu)

    def against_menu(self) -> str | None:
        """Return why newcomers had better not be offered the menu, None where they had.

        ``not_surely_better``: with too small a probability it earns more of them than today's prices do;
        ``other_prices_surer``: today's plans at other prices gain more surely.
        """
        if not self.paying.count:
            return None
        if self.recommendation() == "new_menu":
            return None
        sure = surely(self.of_newcomers, self.repriced.earns_today) > 0
        return "other_prices_surer" if sure else "not_surely_better"

    def recommendation(self) -> str:
        """Return what to offer newcomers: the new menu, today's plans at other prices, or nothing new."""
        if not self.paying.count:
            return "new_menu"
        changes = {"new_menu": self.of_newcomers}
        if self.repriced.factor != 1:
            changes["change_prices"] = self.repriced.earns
        place = advised(list(changes.values()), self.repriced.earns_today)
        return "keep_today" if place is None else list(changes)[place]

    def todays_plans(self) -> dict[str, Any]:
        """Return what today's plans would earn of newcomers at other prices, and whether the menu beats that."""
        step, paid = self.repriced, self.paying.count > 0
        told = {
            "price_change": round(step.factor - 1, 2) if step.factor != 1 else None,
            "probability_better": step.probability_better if step.factor != 1 else None,
            "menu_probability_better": self._menu_better() if paid else None,
        }
        why = {name: "no_sure_gain" if paid else "no_bills" for name, value in told.items() if value is None}
        earned = {"newcomers_monthly_margin": self._money(self._per_customer * step.earns)}
        return told | earned | ({"reasons": why} if why else {})

    def _menu_better(self) -> float:
        """How probably the menu earns more of newcomers than today's plans at the prices advised for them."""
        return float((self.of_newcomers > self.repriced.earns).mean())

    def expected(self) -> dict[str, Any]:
        """Return what the menu earns a month, twelve months from now."""
        worth = np.nan_to_num(self.paying.worth)
        value = (self.existing.units * worth).sum(axis=1)
        known = worth > 0
        captured = np.divide(
            (self.existing.bill * known).sum(axis=1), value, out=np.full(value.size, np.nan), where=value > 0
        )
        return {
            "monthly_revenue": self._money(self._by_draw["all"]),
            "share_of_value_captured": self._share(captured, why="no_worth"),
            "existing": {
                "customers": self.paying.count,
                "if_all_choose_anew": self._money(self._by_draw["existing"]),
                "if_they_may_keep_today": self._money(self._by_draw["kept"]),
            },
            "newcomers": {
                "customers": self.design.newcomers,
                "monthly_revenue": self._money(self._by_draw["newcomers"]),
            },
        }

    def against_today(self) -> dict[str, Any]:
        """Return the same beside today's prices, and whose bill rises or falls by how much."""
        paid = float(self.today.sum())
        before = paid + self._by_draw["newcomers_today"]
        change = (
            np.divide(self._by_draw["all"], before, out=np.full(before.size, np.nan), where=before > 0) - 1
        )
        stays = self.existing.tier >= 0
        known = self._bill_change
        quantiles = {
            f"p{at:02d}": float(np.quantile(known, at / 100)) if known.size else None for at in (5, 50, 95)
        }
        shares = {
            "pay_more_share": float((known > 0.005).sum() / stays.size) if stays.size else None,
            "pay_less_share": float((known < -0.005).sum() / stays.size) if stays.size else None,
            "leave_share": float((~stays).mean()) if stays.size else None,
        }
        no_bills = {"reasons": dict.fromkeys(quantiles, "no_bills")} if not known.size else {}
        missing = [name for name, value in shares.items() if value is None]
        missing += ["probability_better"] if paid <= 0 else []
        return {
            "monthly_revenue": paid,
            "newcomers_monthly_revenue": self._money(self._by_draw["newcomers_today"]),
            "change": self._share(change, why="no_bills"),
            "probability_better": self.probability_better() if paid > 0 else None,
            "bill_change": quantiles | no_bills,
            **shares,
            **({"reasons": dict.fromkeys(missing, "no_bills")} if missing else {}),
        }

    def _money(self, draws: Floats) -> dict[str, Any]:
        return self._estimate(draws, f"{self.currency}/month", why="not_identified")

    def _share(self, draws: Floats, *, why: str) -> dict[str, Any]:
        return self._estimate(draws, "share", why=why)

    def _estimate(self, draws: Floats, unit: str, *, why: str) -> dict[str, Any]:
        label = Label(
            unit=unit, level=self.level, method="customers choose for themselves in every posterior draw"
        )
        if not np.isfinite(draws).all():
            return label.unknown(why, n=self.customers.count).to_json()
        low, high = np.quantile(draws, [(1 - self.level) / 2, (1 + self.level) / 2])
        mean = float(draws.mean())
        found: Estimate = label.known(
            mean, min(float(low), mean), max(float(high), mean), n=self.customers.count
        )
        return found.to_json()
