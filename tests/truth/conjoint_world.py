"""People of one taste who choose between products, the tables they leave, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw

from models.surveys._base import Columns

SENSITIVITY, PHONE, SEAT, NOTHING = (
    0.25,
    1.2,
    0.3,
    -1.0,
)  # utility per unit of money, for each part, for buying nothing
PRICES = np.array([4.0, 7.0, 10.0, 14.0, 19.0])
COST = 3.0
SEATS = 3
"""The middle of the 1 to 5 seats shown: the typical product has so many, whatever support it comes with."""


def truth(*, phone: bool) -> dict[str, float]:
    """Return the true worths, the price at which half would buy, and the best prices, in money.

    The best margin of a logit over a cost c is ``(1 + W(exp(a - αc - 1))) / α``, W Lambert's function.
    """
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


@dataclass(frozen=True)
class World:
    """How a survey is made: customers, contacts of each who answer exactly alike, products a task, none or not."""

    customers: int
    contacts: int = 1
    products: int = 2
    none: bool = True
    tasks: tuple[int, ...] = (8,)

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
        utility = SEAT * seats + PHONE * phone - SENSITIVITY * price
        nothing = np.zeros(n, dtype=bool)
        if self.none:
            nothing[np.cumsum(sizes) - 1] = True
        utility = np.where(nothing, NOTHING, utility) + rng.gumbel(size=n)
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
