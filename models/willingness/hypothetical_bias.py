"""Stated → real: by how much people overstate what they would pay, by the form of the question.

Notation
--------
β_f : log of stated ÷ real willingness to pay where the question has form f (`FORMATS`)
β ~ N(m, C) : before our own pairs from the literature, after them by Bayes' rule

The prior. Schmidt & Bijmolt (2020, 115 effects in 77 studies): stated exceeds real by 21 % on average, and
indirect questions exceed direct ones by 9 % (1.40 ÷ 1.28 and 1.07 ÷ 0.98). Murphy et al. (2003, 28 studies):
median ratio 1.35, skewed to the right; Kanya et al. (2019, health): pooled 1.79. A standard deviation of 0.3
puts 90 % of companies between 0.74 and 1.98 times the truth, which holds all of these. Most of it is common to
both forms: whoever exaggerates in one survey exaggerates in the next.

Our own pairs: what one customer stated, and what it then paid, refused or revealed,

``log W = log stated - β_f + noise``, with W ≥ accepted, W < refused, or W revealed

A price that was paid is no more than a lower bound of W: paying 80 after stating 100 proves no exaggeration.
Where all prices were accepted (or all refused) the others are missing because they would have decided otherwise;
given that, the bounds tell nothing, and nothing is learnt. (Taken at face value, 40 such pairs moved the bias so
far that 90 % intervals held the truth in 9 % of 300 simulations.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats, vector
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.threads import on_one_thread
from models.willingness._threshold_model import Normal, Rows, fit
from models.willingness.beliefs import Belief

Format = Literal["direct", "indirect"]
FORMATS: tuple[Format, ...] = ("direct", "indirect")
"""``direct``: a price is asked for or shown alone; ``indirect``: it is one attribute of a choice."""
_AVERAGE, _INDIRECT_OVER_DIRECT = np.log(1.21), (np.log(1.40 / 1.28) + np.log(1.07 / 0.98)) / 2
_COMMON_SD, _OWN_SD = 0.27, 0.13  # together 0.3
NOISE = Belief.within(0.15, 0.6, level=0.9)
"""Standard deviation of log real ÷ stated around the bias, a priori."""
_TO_THE = 0.005  # a revealed price is taken to half a per cent


@dataclass(frozen=True)
class Bias:
    """What is believed of the log bias of each form of question.

    `mean` has shape (f,) and `covariance` (f, f), in the order of `FORMATS`.

    Examples
    --------
    >>> prior = Bias.from_literature()
    >>> {form: round(prior.of(form).median, 2) for form in FORMATS}
    {'direct': 1.16, 'indirect': 1.26}
    """

    mean: Floats
    covariance: Floats

    @classmethod
    def from_literature(cls) -> Bias:
        """Return the prior that the meta-analyses support."""
        half = _INDIRECT_OVER_DIRECT / 2
        mean = np.array([_AVERAGE - half, _AVERAGE + half])
        return cls(mean, np.full((2, 2), _COMMON_SD**2) + _OWN_SD**2 * np.eye(2))

    @classmethod
    def fixed(cls, factor: float) -> Bias:
        """Return the bias of a caller who knows it: 1 takes stated prices at face value.

        Raises
        ------
        InvalidInput
            Unless `factor` is finite and > 0.
        """
        if not (np.isfinite(factor) and factor > 0):
            raise InvalidInput(f"the factor must be finite and > 0, got {factor}")
        return cls(np.full(2, np.log(factor)), np.zeros((2, 2)))

    @property
    def is_fixed(self) -> bool:
        """Whether the bias is taken as known."""
        return not self.covariance.any()

    def of(self, form: Format) -> Belief:
        """Return the belief about one form's bias."""
        at = FORMATS.index(form)
        return Belief(float(self.mean[at]), float(np.sqrt(self.covariance[at, at])))

    def estimates(self, *, level: float = 0.9, n: int = 0) -> Mapping[Format, Estimate]:
        """Return each form's bias as a factor, stated ÷ real."""
        label = Label(unit="ratio", method="stated ÷ real willingness to pay", level=level)
        return {form: self.of(form).estimate(label, n=n) for form in FORMATS}

    def seen(self, told: Mapping[Format, Normal]) -> Bias:
        """Return the belief after noisy readings of some forms' biases (mean and sd of each reading's log)."""
        at = [FORMATS.index(form) for form in told]
        if not at or self.is_fixed:
            return self
        noise = np.diag([each.sd**2 for each in told.values()])
        gain = self.covariance[:, at] @ np.linalg.inv(self.covariance[np.ix_(at, at)] + noise)
        away = np.array([each.mean for each in told.values()]) - self.mean[at]
        covariance = self.covariance - gain @ self.covariance[at]
        return Bias(self.mean + gain @ away, (covariance + covariance.T) / 2)


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What customers stated beside what they then did, one row a customer, sorted by its id; money per unit.

    The rows must be all offers that were decided, accepted and refused ones, not those who became customers.

    Parameters
    ----------
    form
        Shape (n,): of the question, one of `FORMATS`.
    stated
        Shape (n,): the willingness that it stated.
    accepted, refused
        Shape (n,): the highest price that it accepted and the lowest that it refused, NaN where there is none.
    revealed
        Shape (n,): its real willingness where that was revealed (an auction, a lottery of prices); NaN elsewhere.
    """

    form: NDArray[np.object_]
    stated: Floats
    accepted: Floats
    refused: Floats
    revealed: Floats

    def __post_init__(self) -> None:
        n = self.form.size
        if not (vector("stated", self.stated, n=n) > 0).all():
            raise InvalidInput("stated prices must be > 0")
        for name in ("accepted", "refused", "revealed"):
            prices = getattr(self, name)
            if prices.shape != (n,) or not (np.isnan(prices) | (np.isfinite(prices) & (prices > 0))).all():
                raise InvalidInput(f"{name} must have {n} prices > 0, NaN where there is none")
        if strangers := set(self.form.tolist()) - {*FORMATS}:
            raise InvalidInput(f"forms are unknown: {sorted(strangers)}")

    def of(self, form: Format) -> Rows:
        """Bound log real ÷ stated for each customer that was asked in a form and then did something."""
        revealed = np.isfinite(self.revealed)
        lower = np.where(revealed, self.revealed * (1 - _TO_THE), self.accepted)
        upper = np.where(revealed, self.revealed * (1 + _TO_THE), self.refused)
        # Whoever refused less than it had accepted changed its mind: its last word stands.
        lower = np.where(lower < np.where(np.isnan(upper), np.inf, upper), lower, np.nan)
        mine = (self.form == form) & (np.isfinite(lower) | np.isfinite(upper))
        n = int(mine.sum())
        low, high, stated = lower[mine], upper[mine], self.stated[mine]
        return Rows(
            lower=np.where(np.isnan(low), -np.inf, np.log(np.where(np.isnan(low), 1.0, low) / stated)),
            upper=np.where(np.isnan(high), np.inf, np.log(np.where(np.isnan(high), 1.0, high) / stated)),
            traits=np.zeros((n, 0)),
            knowing=np.zeros(n),
            anyway=np.zeros(n),
        )


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """The bias before and after our own pairs.

    `pairs` counts by form those that tell anything; `pairs_to_halve` is how many more like them would halve the
    posterior's standard deviation (where there are none, pairs that accept or refuse a price near what they would
    pay).
    """

    prior: Bias
    posterior: Bias
    pairs: Mapping[Format, int]
    pairs_to_halve: Mapping[Format, int | None]
    caveats: tuple[Caveat, ...] = ()


@on_one_thread
def learn(prior: Bias, pairs: Pairs) -> Learnt:
    """Update the bias by our own pairs.

    Parameters
    ----------
    prior
        What is believed before; a fixed bias stays as it is.
    pairs
        Customers who stated a price and then did something.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, nan = np.exp(0.5 * rng.normal(size=100)), np.full(100, np.nan)
    >>> told = Pairs(form=np.full(100, "direct", dtype=object), stated=1.5 * real * np.exp(0.3 * rng.normal(size=100)),
    ...              accepted=nan, refused=nan, revealed=real)
    >>> learnt = learn(Bias.from_literature(), told)
    >>> round(learnt.posterior.of("direct").median, 2), learnt.pairs["direct"]
    (1.47, 100)
    """
    rows = {form: pairs.of(form) for form in FORMATS}
    told: dict[Format, Normal] = {}
    telling = {form: each for form, each in rows.items() if _two_sided(each)}
    for form, each in telling.items() if not prior.is_fixed else ():
        told |= _told(prior.of(form), each, form)
    posterior = prior.seen(told)
    counts: dict[Format, int] = {form: rows[form].lower.size if form in telling else 0 for form in FORMATS}
    return Learnt(
        prior=prior,
        posterior=posterior,
        pairs=counts,
        pairs_to_halve={
            form: _to_halve(posterior.of(form), told.get(form), counts[form]) for form in FORMATS
        },
        caveats=_caveats([form for form, each in rows.items() if each.lower.size and form not in telling]),
    )


def _told(prior: Belief, rows: Rows, form: Format) -> dict[Format, Normal]:
    """Return what the pairs alone tell of a bias: that of real ÷ stated, turned round."""
    found = fit(rows, spread=NOISE, median=Belief(-prior.mean, prior.sd)).both.median
    alone = found.without(Belief(-prior.mean, prior.sd))
    return {} if alone is None else {form: Normal(-alone.mean, alone.sd)}


def _to_halve(posterior: Belief, told: Normal | None, pairs: int) -> int | None:
    """Return how many more pairs have three times the posterior's precision."""
    if posterior.sd == 0:
        return None
    # An accepted or refused price tells 2/π of a revealed one, at best.
    of_one = told.sd**-2 / pairs if told else 2 / np.pi / NOISE.median**2
    return int(np.ceil(3 * posterior.sd**-2 / of_one))


def _two_sided(rows: Rows) -> bool:
    """Whether some customers accepted and some refused, or any revealed what it would pay."""
    return bool(np.isfinite(rows.lower).any() and np.isfinite(rows.upper).any())


def _caveats(one_sided: Sequence[Format]) -> tuple[Caveat, ...]:
    if not one_sided:
        return ()
    text = (
        f"prices after {' and '.join(one_sided)} questions were all accepted or all refused: they tell nothing of"
        " exaggeration until the offers that went the other way are there too"
    )
    return (Caveat("one_sided_pairs", text),)
