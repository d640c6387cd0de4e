"""What customers are asked to pay, what they would pay, and when they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.market.business import Business
from experiments.market.customers import Customers
from experiments.market.noise import Booleans, Floats, Integers
from experiments.market.price_list import PriceList, billed_units, make_price_list

# A sale closes only near what the customer would pay; the rest is negotiated away.
MOST_AT_SIGNING = 1.05
NEGOTIATED_SHARE = 0.15


@dataclass(frozen=True)
class Accounts:
    """The money side of n customers over the months of the history.

    Parameters
    ----------
    price_list
        Today's list.
    plan
        (n,) position in the price law's plans.
    quantity
        (n,) units that are billed; 1 where the model is ``plans``.
    active
        (months, n) whether the customer pays in the month; stretches have no gaps.
    list_mrr
        (n,) what the list asks when the customer signs, money per month.
    mrr
        (months, n) what is charged, money per month; meaningless where not active.
    told
        (months, n) the MRR offered from this month on to customers who were told a raise; 0 = told nothing.
    """

    price_list: PriceList
    plan: Integers
    quantity: Floats
    active: Booleans
    list_mrr: Floats
    mrr: Floats
    told: Floats

    @property
    def churned(self) -> Booleans:
        """(n,) whether the customer was gone in the last month."""
        gone: Booleans = ~self.active[-1]
        return gone

    @property
    def first(self) -> Integers:
        """(n,) position of the first paid month."""
        month: Integers = self.active.argmax(axis=0)
        return month

    @property
    def tenure(self) -> Integers:
        """(n,) paid months within the history, ≥ 1."""
        months: Integers = self.active.sum(axis=0)
        return months


def simulate_accounts(business: Business, customers: Customers, rng: np.random.Generator) -> Accounts:
    """Sign customers up, bill them, raise prices, and let them leave."""
    n, wtp = len(customers.zero), customers.willingness_to_pay
    price_list, quantity = make_price_list(business, customers), billed_units(business, customers)
    plan = price_list.plan(customers)
    list_mrr = np.round(price_list.price[plan] * quantity, 2)
    mrr = np.minimum(
        negotiated(business, list_mrr, rng), np.maximum(np.round(MOST_AT_SIGNING * wtp, 2), 0.01)
    )
    first = np.where(
        rng.random(n) < business.established, 0, rng.integers(1, max(business.months - 2, 2), size=n)
    )
    active, charged, told = _live(business, wtp=wtp, mrr=mrr, first=first, rng=rng)
    return Accounts(price_list, plan, quantity, active, list_mrr, charged, told)


def negotiated(business: Business, list_mrr: Floats, rng: np.random.Generator) -> Floats:
    """Return what is left of list prices after a discount: mostly small, up to `discount_max`."""
    discount = business.price.discount_max * rng.random(len(list_mrr)) ** 2
    price: Floats = np.maximum(np.round(list_mrr * (1 - discount), 2), 0.01)
    return price


def monthly_hazard(business: Business, price_to_wtp: Floats) -> Floats:
    """Probability of leaving before a month, given price ÷ willingness to pay; at most one half."""
    law = business.price
    base = np.log(law.base_hazard / (1 - law.base_hazard))
    odds = np.exp(np.minimum(base + law.churn_slope * (price_to_wtp - law.usual_ratio), 0.0))
    hazard: Floats = odds / (1 + odds)
    return hazard


def _live(
    business: Business, *, wtp: Floats, mrr: Floats, first: Integers, rng: np.random.Generator
) -> tuple[Booleans, Floats, Floats]:
    """Walk through the months: tell raises, let customers leave before the month, charge the rest."""
    shape = (business.months, len(wtp))
    active, charged, told = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape)
    waves = {round(business.months * at) for at in business.price.raise_at}
    price, here = mrr.copy(), np.zeros(len(wtp), dtype=bool)
    for month in range(business.months):
        new = first == month
        if month in waves:
            told[month] = _raises(business, price_to_wtp=price / wtp, rng=rng) * price * (here & ~new)
        asked = np.where(told[month] > 0, np.round(told[month], 2), price)
        leaves = rng.random(len(wtp)) < monthly_hazard(business, asked / wtp)
        here = (here & ~leaves) | new
        haggles = (told[month] > 0) & (rng.random(len(wtp)) < NEGOTIATED_SHARE)
        price = np.where(haggles, np.round((price + asked) / 2, 2), asked)
        active[month], charged[month], told[month] = here, price, np.round(told[month], 2)
    return active, charged, told


def _raises(business: Business, *, price_to_wtp: Floats, rng: np.random.Generator) -> Floats:
    """Return 1 + raise for those who are told one, 0 for the others."""
    law, n = business.price, len(price_to_wtp)
    levels = 1 + np.asarray(law.raise_levels)
    lot = levels[rng.integers(len(levels), size=n)]
    if law.raise_assignment == "randomised":
        return np.where(rng.random(n) < 0.5, lot, 0.0)
    # Sales raises those who it feels would stay: the signal is the truth with noise, so it confounds.
    felt = np.log(price_to_wtp) + 0.3 * rng.standard_normal(n)
    rank = felt.argsort().argsort() / n
    level = levels[np.minimum((1 - rank / 0.6) * len(levels), len(levels) - 1).astype(np.int64)]
    return np.where(rank < 0.6, level, 0.0)
