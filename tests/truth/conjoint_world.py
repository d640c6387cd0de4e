"""People who choose between products, alike or of differing tastes, their tables, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, lambertw

from models.checks import Floats
from models.surveys._base import Columns

SENSITIVITY, PHONE, SEAT, NOTHING = (
    0.25,
    1.2,
    0.3,
    -1.0,
)  # utility per unit of money, for each part, for buying nothing
SPREADS = (0.4, 1.0, 0.3, 1.0)
"""Standard deviations between people of these four where tastes differ: normal, that of money log-normal."""
PRICES = np.array([4.0, 7.0, 10.0, 14.0, 19.0])
COST = 3.0
SEATS = 3
"""The middle of the 1 to 5 seats shown: the typical product has so many, whatever support it comes with."""


def truth(*, phone: bool, differing: bool = False) -> dict[str, float]:
    """Return the true worths, the price at which half would buy, and the best prices, in money.

    Where tastes differ, worths are those of the median person, and prices the best of a fine grid over those shown
    for half a million people. Where they do not, the best margin of a logit over a cost c is
    ``(1 + W(exp(a - αc - 1))) / α``, W Lambert's function.
    """
    if differing:
        return _truth_of_many(phone)
    a = SEAT * SEATS + PHONE * phone - NOTHING

    def best(cost: float) -> float:
        return float(cost + (1 + lambertw(np.exp(a - SENSITIVITY * cost - 1)).real) / SENSITIVITY)

    return {
        "worth of a level": PHONE / SENSITIVITY,
        "worth of a unit": SEAT / SENSITIVITY,
        "typical": a / SENSITIVITY,
        "best for revenue": best(0.0),
        "best for profit": best(COST),
    }


@cache
def _truth_of_many(phone: bool) -> dict[str, float]:
    sensitivity, of_phone, of_seat, nothing = _tastes(500_000, np.random.default_rng(0)).T
    liking = of_seat * SEATS + of_phone * phone - nothing
    prices = np.linspace(PRICES[0], PRICES[-1], 301)

    def buys(price: float) -> float:
        return float(expit(liking - sensitivity * price).mean())

    share = np.array([buys(price) for price in prices])
    return {
        "worth of a level": float(np.median(of_phone / sensitivity)),
        "worth of a unit": float(np.median(of_seat / sensitivity)),
        "typical": float(brentq(lambda price: buys(price) - 0.5, 0.0, 100.0)),
        "best for revenue": float(prices[np.argmax(prices * share)]),
        "best for profit": float(prices[np.argmax((prices - COST) * share)]),
    }


def _tastes(people: int, rng: np.random.Generator) -> Floats:
    """Draw what a unit of money, phone support, a seat and buying nothing move the utility by, shape (N, 4)."""
    tastes = np.array([np.log(SENSITIVITY), PHONE, SEAT, NOTHING]) + SPREADS * rng.standard_normal(
        (people, 4)
    )
    tastes[:, 0] = np.exp(tastes[:, 0])
    return np.asarray(tastes)


@dataclass(frozen=True)
class World:
    """How a survey is made.

    Customers, contacts of each who answer exactly alike, products a task, none or not, tasks of each customer in
    turn, and whether tastes differ between customers.
    """

    customers: int
    contacts: int = 1
    products: int = 2
    none: bool = True
    tasks: tuple[int, ...] = (8,)
    differing: bool = False

    def survey(self, seed: int) -> Columns:
        """Return the table of choices of one survey."""
        rng = np.random.default_rng(seed)
        sizes = np.full(int(np.resize(self.tasks, self.customers).sum()), self.products + self.none)
        customer = np.repeat(np.arange(self.customers), np.resize(self.tasks, self.customers))
        of_row, task = np.repeat(customer, sizes), np.repeat(np.arange(sizes.size), sizes)
        n = task.size
        price, seats, phone = (
            rng.choice(PRICES, n),
            rng.integers(1, 6, n).astype(float),
            rng.integers(0, 2, n),
        )
        tastes = np.tile([SENSITIVITY, PHONE, SEAT, NOTHING], (self.customers, 1))
        if self.differing:
            tastes = _tastes(self.customers, np.random.default_rng((seed, 1)))
        sensitivity, of_phone, of_seat, of_nothing = tastes[of_row].T
        utility = of_seat * seats + of_phone * phone - sensitivity * price
        nothing = np.zeros(n, dtype=bool)
        if self.none:
            nothing[np.cumsum(sizes) - 1] = True
        utility = np.where(nothing, of_nothing, utility) + rng.gumbel(size=n)
        chosen = utility == np.maximum.reduceat(utility, np.cumsum(sizes) - sizes)[task]
        table = {
            "task": task.astype(str).astype(object),
            "alternative": np.where(nothing, "none", "product").astype(object),
            "price": np.where(nothing, np.nan, price),
            "seats": np.where(nothing, np.nan, seats),
            "support": np.where(nothing, None, np.where(phone == 1, "phone", "email").astype(object)),
            "chosen": chosen.astype(float),
        }
        everybody = {name: np.tile(values, self.contacts) for name, values in table.items()}
        contact = np.repeat(np.arange(self.contacts), n)
        owner = np.tile(of_row, self.contacts)
        everybody["respondent_id"] = np.array(
            [f"r{c}-{o}" for c, o in zip(contact, owner, strict=True)], dtype=object
        )
        everybody["customer_id"] = np.array([f"c{o}" for o in owner], dtype=object)
        return everybody
