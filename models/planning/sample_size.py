"""How many answers a price or a share needs to be known to ± x %.

Notation
--------
s² : the variance of one answer, on the log scale for a price and as it is for a share
k : contacts asked per customer       ρ : the share of s² that lies between customers
m : customers asked                   N : customers in all; infinite where the number is about the future's, too
r : the reach of the interval, log(1 + x) for a price and x for a share
t : Student's quantile with m - 1 degrees of freedom

``variance(m) = s² ( ρ (1/m - 1/N) + (1 - ρ) / (m k) )``: customers are drawn without replacement from N, and a
customer's contacts from many (Cochran 1977, §§2.6 and 10.3; k ρ and 1 - ρ make up the design effect). The
answer is the least m with ``t √variance(m) ≤ r``. The pilot knows s² only as well as its own n allows, and
its χ² interval for s² becomes the interval of m.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log, sqrt
from typing import Literal

from scipy import special

from models.checks import share
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat, Estimate, Label

FEWEST_CUSTOMERS = 2
_MOST_CUSTOMERS = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who is asked.

    Parameters
    ----------
    contacts
        Contacts who answer per customer, ≥ 1.
    between
        The share of the variance of single answers that lies between customers, 0–1; 1 says that the contacts
        of a customer would all say the same.
    customers
        How many customers there are in all, where the number is to be about exactly those; None where it is to
        hold for customers still to come.
    """

    contacts: int = 1
    between: float = 1.0
    customers: int | None = None

    def __post_init__(self) -> None:
        if self.contacts < 1:
            raise InvalidInput(f"contacts must be ≥ 1, got {self.contacts}")
        if not 0 <= self.between <= 1:
            raise InvalidInput(f"between must be a share, 0 to 1, got {self.between}")
        if self.customers is not None and self.customers < FEWEST_CUSTOMERS:
            raise InvalidInput(f"customers must be ≥ {FEWEST_CUSTOMERS}, got {self.customers}")

    def variance(self, asked: int) -> float:
        """Return the variance of a mean, as a share of one answer's, when so many customers are asked."""
        everybody = inf if self.customers is None else self.customers
        inside = (1 - self.between) / (asked * self.contacts)
        return self.between * (1 / asked - 1 / everybody) + inside

    @property
    def design_effect(self) -> float:
        """How many contacts' answers count as much as one of an independent customer."""
        return 1 + (self.contacts - 1) * self.between


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much single answers differ.

    Parameters
    ----------
    sd
        Of one answer: of its logarithm for a price, of itself (0 or 1) for a share; > 0.
    of
        What is asked for.
    known_from
        How many independent customers that is known from; None where it is taken as given.
    """

    sd: float
    of: Literal["price", "share"]
    known_from: int | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.sd) and self.sd > 0):
            raise InvalidInput(f"sd must be finite and > 0, got {self.sd}")
        if self.known_from is not None and self.known_from < FEWEST_CUSTOMERS:
            raise InvalidInput(f"known_from must be ≥ {FEWEST_CUSTOMERS}, got {self.known_from}")

    @classmethod
    def of_pilot(cls, pilot: Estimate, asked: Asking | None = None) -> Spread:
        """Read the spread out of a first survey's estimate.

        Parameters
        ----------
        pilot
            A price, or a share (its unit is ``share``), with its interval; n are independent customers.
        asked
            Who was asked then; its `customers` in all do not matter, for intervals are about customers to come.

        Raises
        ------
        NotEstimable
            ``no_pilot`` where the pilot has no value, fewer than 2 customers or an interval without width.

        Examples
        --------
        >>> pilot = Estimate(value=12.0, low=10.0, high=14.4, level=0.9, n=30, unit="EUR/posting")
        >>> round(Spread.of_pilot(pilot).sd, 3)
        0.588
        """
        of: Literal["price", "share"] = "share" if pilot.unit == "share" else "price"
        width = _width(pilot, of)
        if width is None or pilot.n < FEWEST_CUSTOMERS:
            raise NotEstimable("no_pilot", "a pilot needs a value, an interval and at least 2 customers")
        asked = asked or Asking()
        per_answer = Asking(contacts=asked.contacts, between=asked.between).variance(pilot.n)
        reach = width / 2 / _quantile(pilot.n, pilot.level)
        return cls(sd=reach / sqrt(per_answer), of=of, known_from=pilot.n)


def customers_needed(
    spread: Spread, *, within: float, level: float = 0.9, asking: Asking | None = None
) -> Estimate:
    """Return how many customers must be asked for a number that is good to ± `within`.

    Parameters
    ----------
    spread
        How much answers differ.
    within
        Of a price: the factor by which its interval reaches up, minus 1 (0.1 = + 10 % and about as far down).
        Of a share: the reach of the interval, so that 0.05 is ± 5 percentage points. In (0, 1).
    level
        The interval's nominal coverage, in (0, 1).
    asking
        Who will be asked; default: one contact per customer, of customers without number.

    Returns
    -------
    In customers, each with its `contacts`; the interval says how well the pilot's spread tells. Its reason is
    ``beyond_customers`` where all there are, with so many contacts each, are not enough: the warning then says
    what reach asking them all has.

    Examples
    --------
    A price whose answers differ by 50 % is known to ± 10 % after 77 answers, and after 40 where 80 customers
    are all there are:

    >>> spread = Spread(sd=0.5, of="price")
    >>> customers_needed(spread, within=0.1).value
    77.0
    >>> customers_needed(spread, within=0.1, asking=Asking(customers=80)).value
    40.0
    """
    asking, reach = asking or Asking(), _reach(spread, share("within", within))
    label = Label(unit="customers", method="Student's t, finite population", level=share("level", level))
    n, (lower, upper) = spread.known_from or 0, _interval(spread, level)
    needed = _least_customers(spread.sd / reach, asking, level)
    if needed is None:
        return label.unknown("beyond_customers", n=n).warned(_beyond(spread, asking, level))
    low = _least_customers(lower / reach, asking, level) or needed
    # should answers differ as much as the pilot allows, everybody may be too few: then ask them all
    high = _least_customers(upper / reach, asking, level) or asking.customers or _MOST_CUSTOMERS
    return label.known(float(needed), float(low), float(high), n=n)


def reach_of(spread: Spread, asked: int, *, level: float = 0.9, asking: Asking | None = None) -> float:
    """Return ± x that so many customers give: the other way round from `customers_needed`.

    Examples
    --------
    >>> round(reach_of(Spread(sd=0.5, of="price"), 78), 3)
    0.099
    """
    asking = asking or Asking()
    if not FEWEST_CUSTOMERS <= asked <= (asking.customers or asked):
        raise InvalidInput(f"asked must be between {FEWEST_CUSTOMERS} and all customers, got {asked}")
    half = spread.sd * _quantile(asked, share("level", level)) * sqrt(asking.variance(asked))
    return float(special.expm1(half)) if spread.of == "price" else half


def _width(pilot: Estimate, of: str) -> float | None:
    """Return the width of the pilot's interval on the scale of its answers; None without one."""
    if pilot.low is None or pilot.high is None or pilot.high <= pilot.low:
        return None
    if of == "share":
        return pilot.high - pilot.low
    return log(pilot.high / pilot.low) if pilot.low > 0 else None


def _reach(spread: Spread, within: float) -> float:
    return log(1 + within) if spread.of == "price" else within


def _quantile(customers: int, level: float) -> float:
    return float(special.stdtrit(customers - 1, (1 + level) / 2))


def _interval(spread: Spread, level: float) -> tuple[float, float]:
    """Return the χ² interval of the standard deviation."""
    if spread.known_from is None:
        return spread.sd, spread.sd
    free = spread.known_from - 1
    low, high = (special.chdtri(free, tail) for tail in ((1 - level) / 2, (1 + level) / 2))
    return spread.sd * sqrt(free / low), spread.sd * sqrt(free / high)


def _least_customers(sd: float, asking: Asking, level: float) -> int | None:
    """Return the least m with ``t √variance(m) ≤ 1 / sd`` by bisection; None where there is none."""

    def enough(m: int) -> bool:
        return sd * _quantile(m, level) * sqrt(max(asking.variance(m), 0.0)) <= 1

    low, high = FEWEST_CUSTOMERS, asking.customers or _MOST_CUSTOMERS
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _beyond(spread: Spread, asking: Asking, level: float) -> Caveat:
    everybody = asking.customers or _MOST_CUSTOMERS
    reach = reach_of(spread, everybody, level=level, asking=asking)
    return Caveat(
        "beyond_customers",
        f"all {everybody:,} customers with {asking.contacts} contacts each give ± {reach:.1%}; ask more contacts",
    )
