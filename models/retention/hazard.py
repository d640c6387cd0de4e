"""The chance of leaving in a month, by age and by what was known of the customer before (discrete-time hazard).

A logit of leaving on customer-months is the natural model where subscriptions end by the month: covariates may change
with time, and customers who have not left count for the months they were there (Singer & Willett 1993).

Notation
--------
h(a, x) = 1 / (1 + exp(-(b_band(a) + γ'z))) : the chance to leave after a month at age a
γ : (k,) log odds a standard deviation          γ / sd : log odds a unit of the covariate
Π_t (1 - h(a + t, x_t)) : the share still there, along a path of covariates

Fitted as `ends_likelihood` says; intervals are Student's t with a degree of freedom a customer, less one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.checks import Floats, share
from models.errors import InvalidInput, NotEstimable, TooFewCustomers
from models.estimate import Caveat, Estimate, Label
from models.retention.customer_months import BANDS, CustomerMonths, Design
from models.retention.ends_likelihood import EndsFit, chances, climb
from models.retention.life_table import whole_months

FEWEST_MONTHS, FEWEST_CUSTOMERS = 36, 10
"""Customer-months, and customers, below which nothing is fitted."""
PRIOR_SD = 3.0
"""Of log odds a standard deviation of a covariate: a factor e³ = 20 either way is nothing unusual."""
_PRIOR_DECIDES = 0.25


class Hazard:
    """Learns the chance of leaving in a month.

    Parameters
    ----------
    bands
        First ages, months, of the bands that have a level of their own.
    prior_sd
        s > 0: how far log odds may lie from none, for a standard deviation of a covariate.

    Examples
    --------
    Of 2,000 customers those who use little leave more often, three times the odds:

    >>> rng = np.random.default_rng(0)
    >>> customer, age = np.repeat(np.arange(2000), 12), np.tile(np.arange(12), 2000)
    >>> idle = rng.random((24_000, 1)) < 0.3
    >>> left = rng.random(24_000) < np.where(idle[:, 0], 3, 1) * 0.02
    >>> fit = Hazard().fit(CustomerMonths(ended=left, age=age, covariates=idle, customer=customer, names=("idle",)))
    >>> effect = fit.effects()["idle"]
    >>> bool(effect.low < np.log(3) < effect.high)
    True
    >>> fit.chances([6, 6], [[0.0], [1.0]]).round(2)
    array([0.02, 0.06])
    """

    def __init__(self, *, bands: tuple[int, ...] = BANDS, prior_sd: float = PRIOR_SD) -> None:
        self.bands = bands
        self.prior_sd = prior_sd

    def fit(self, months: CustomerMonths) -> HazardFit:
        """Fit the log odds.

        Raises
        ------
        InvalidInput
            Where there are several kinds of end: `CompetingHazards` is for them.
        NotEstimable
            ``history_too_short`` with fewer than 36 customer-months; ``insufficient_customers`` with fewer than 10.
        """
        if months.kinds > 1:
            raise InvalidInput("leaving is one kind of end: use CompetingHazards, or say only who left")
        design, ends, customers = fitted(months, bands=self.bands, prior_sd=self.prior_sd)
        return HazardFit(design=design, ends=ends, names=months.names, customers=customers)


@dataclass(frozen=True, eq=False, kw_only=True)
class HazardFit:
    """The chance of leaving in a month, as customer-months tell.

    Parameters
    ----------
    design, ends
        How rows become numbers, and their log odds with covariance.
    names
        Of the covariates.
    customers
        How many carry it.
    """

    design: Design
    ends: EndsFit
    names: tuple[str, ...]
    customers: int

    def effects(self, *, level: float = 0.9) -> dict[str, Estimate]:
        """Return the log odds of leaving a unit of each covariate; see `effects_of`."""
        return effects_of(self.ends, self.design, self.names, customers=self.customers, level=level)

    def chances(self, age: ArrayLike, covariates: ArrayLike) -> Floats:
        """Return the chance of leaving after the month, shape (r,), for ages (r,) and covariates (r, k)."""
        found: Floats = chances(rows_of(self.design, age, covariates), self.ends.log_odds)[:, 0]
        return found

    def chance(self, age: int, covariates: ArrayLike, *, level: float = 0.9) -> Estimate:
        """Return the chance that a customer of that age and covariates (k,) leaves after the month."""
        share("level", level)
        row = rows_of(self.design, [age], np.atleast_2d(np.asarray(covariates, dtype=np.float64)))[0]
        middle = float(row @ self.ends.log_odds[:, 0])
        reach = quantile(self.customers, level) * float(np.sqrt(row @ self.ends.covariance @ row))
        label = Label(unit="share", method="discrete-time hazard, errors by customer", level=level)
        ends = (float(special.expit(middle + by)) for by in (0.0, -reach, reach))
        return label.known(*ends, n=self.customers)

    def staying(self, age: int, path: ArrayLike) -> Floats:
        """Return the share still there after each of H months, shape (H,), from `age` on along covariates (H, k)."""
        steps = np.asarray(path, dtype=np.float64)
        ages = age + np.arange(len(steps))
        return np.cumprod(1 - self.chances(ages, steps), dtype=np.float64)


def fitted(months: CustomerMonths, *, bands: tuple[int, ...], prior_sd: float) -> tuple[Design, EndsFit, int]:
    """Fit ends of any number of kinds; return the design, the fit and how many customers carry it."""
    if not 0 < prior_sd < np.inf:
        raise InvalidInput(f"prior_sd must be finite and > 0, got {prior_sd}")
    if len(months) < FEWEST_MONTHS:
        text = f"the chance of leaving needs {FEWEST_MONTHS} customer-months, there are {len(months)}"
        raise NotEstimable("history_too_short", text)
    customers = int((np.bincount(np.asarray(months.customer)) > 0).sum())
    if customers < FEWEST_CUSTOMERS:
        raise TooFewCustomers(needed=FEWEST_CUSTOMERS, got=customers)
    design = Design.of(months, bands)
    return design, climb(months, design, prior_sd), customers


def effects_of(
    ends: EndsFit, design: Design, names: tuple[str, ...], *, customers: int, level: float, kind: int = 1
) -> dict[str, Estimate]:
    """Return the log odds of an end against staying, a unit of each covariate.

    Unknown as ``no_variation`` where a covariate never varied. A caveat, ``prior_decides``, where it separates those
    who left from the others so well that the interval's far end is the prior's.
    """
    share("level", level)
    label = Label(unit="log odds", method="discrete-time hazard, errors by customer", level=level)
    first, found = len(design.bands), {}
    for at, name in enumerate(names):
        sd, place = float(design.sd[at]), (kind - 1) * design.columns + first + at
        if sd == 0:
            found[name] = label.unknown("no_variation", n=customers)
            continue
        middle = float(ends.log_odds[first + at, kind - 1]) / sd
        reach = quantile(customers, level) * float(np.sqrt(ends.covariance[place, place])) / sd
        effect = label.known(middle, middle - reach, middle + reach, n=customers)
        if ends.prior_share[first + at, kind - 1] > _PRIOR_DECIDES:
            text = f"{name} tells nearly all who left from the others, or hardly varies: how strong it is, is assumed"
            effect = effect.warned(Caveat("prior_decides", text))
        found[name] = effect
    return found


def rows_of(design: Design, age: ArrayLike, covariates: ArrayLike) -> Floats:
    """Return rows of the design, (r, B + k), for ages (r,) and covariates (r, k)."""
    ages = whole_months("age", age)
    x = np.asarray(covariates, dtype=np.float64)
    if x.shape != (ages.size, design.mean.size) or not np.isfinite(x).all():
        raise InvalidInput(
            f"covariates must be finite, of shape {(ages.size, design.mean.size)}, got {x.shape}"
        )
    band = design.band(ages)[:, None] == np.arange(len(design.bands))
    return np.concatenate([band.astype(np.float64), design.standardised(x)], axis=1)


def quantile(customers: int, level: float) -> float:
    """Return Student's quantile of a two-sided level, with a degree of freedom a customer, less one."""
    return float(special.stdtrit(customers - 1, (1 + level) / 2))
