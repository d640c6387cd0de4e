"""BG/NBD: customers buy at their own steady pace, and after a purchase may have had enough.

Notation
--------
λ : a customer's purchases a unit of time while active, Gamma(r, rate α)
p : the chance that it leaves after a purchase, Beta(a, b); λ and p are independent
x, t_x, T, U : as in `histories`          t : time ahead
k : purchases after which it could leave: x in the BG/NBD law, x + 1 in the MBG/NBD law
ρ = (α + T) / (α + t_x), z = t / (α + T + t), c = a + b + k - 1
P(active) = 1 / (1 + [k > 0] a / (b + k - 1) ρ^(r + x))
E[purchases in t] = P(active) c / (a - 1) (1 - (1 - z)^(a - 1) ₂F₁(c - r - x, a - 1; c; z))

The latter is Fader, Hardie & Lee's (2005) eq. 10 after Euler's transformation: the published form overflows for
customers with hundreds of purchases, this one where a > 1 + r + x. Of an active customer, λ is Gamma(r + x, α + T) and
p Beta(a, b + k).

Who bought once cannot have left by the BG/NBD law, however long ago that was. By the MBG/NBD law it can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.purchases.histories import Histories
from models.purchases.posterior import Prior

_AWAY = 1e-7  # from a = 1 and c = 0, where the closed form divides by nothing


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The law with given parameters, all > 0; α in units of time. Many laws at once have parameters of shape (D, 1).

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24(2).

    Examples
    --------
    The customers of CDNOW (the paper's parameters, weeks):

    >>> from models.purchases.histories import NEW
    >>> law = BgNbd(0.24259, 4.41353, 0.79289, 2.42575)
    >>> round(float(law.purchases(NEW, 39)[0]), 4)
    1.195
    >>> one = Histories.of_customers([2], [30.43], [38.86])
    >>> law.active(one).round(4).tolist(), law.purchases(one, 39).round(4).tolist()
    ([0.7266], [1.2259])
    """

    r: Floats | float
    alpha: Floats | float
    a: Floats | float
    b: Floats | float

    prior: ClassVar[Prior] = Prior(np.array([0.0, 0.0, -1.0, 1.0]), np.array([3.0, 1.5, 1.5, 1.5]))
    """On the logarithms of r U / α and r, the log odds of a / (a + b), and the logarithm of a + b."""
    after_first: ClassVar[int] = 0

    @classmethod
    def of(cls, theta: Floats, unit: float) -> Self:
        """Make the law of θ; see `prior`."""
        pace, r, odds, both = np.moveaxis(theta[..., None], -2, 0)
        a, b = np.exp(both) * special.expit(odds), np.exp(both) * special.expit(-odds)
        return cls(
            np.exp(r), np.maximum(np.exp(r - pace), 1e-9) * unit, np.maximum(a, 1e-12), np.maximum(b, 1e-12)
        )

    def log_likelihood(self, histories: Histories) -> Floats:
        """Return the log-likelihood of each history, shape (m,)."""
        x, r = histories.bought, self.r
        bought = special.gammaln(r + x) - special.gammaln(r) + r * np.log(self.alpha)
        stayed = special.betaln(self.a, self.b + self._chances(x)) - special.betaln(self.a, self.b)
        active = -(r + x) * np.log(self.alpha + histories.watched)
        found: Floats = bought + stayed + active + np.logaddexp(0.0, self._odds(histories))
        return found

    def active(self, histories: Histories) -> Floats:
        """Return P(active), shape (m,)."""
        found: Floats = special.expit(-self._odds(histories))
        return found

    def purchases(self, histories: Histories, ahead: float) -> Floats:
        """Return how many purchases are to be expected in the time `ahead`, shape (m,)."""
        x = histories.bought
        a = np.where(np.abs(np.asarray(self.a) - 1) > _AWAY, self.a, 1 + _AWAY)
        c = a + self.b + self._chances(x) - 1
        c = np.where(np.abs(c) > _AWAY, c, _AWAY)
        z = ahead / (self.alpha + histories.watched + ahead)
        # Each form overflows where the other does not.
        plain = a - 1 > self.r + x
        first = np.where(plain, self.r + x, c - self.r - x)
        second, power = np.where(plain, c - a + 1, a - 1), np.where(plain, self.r + x, a - 1)
        with np.errstate(all="ignore"):
            series = (1 - z) ** power * special.hyp2f1(first, second, c, z)
        # SciPy has no answer where customers buy thousands of times as long as they stay: the bounds stand in.
        series = np.where(np.isfinite(series), series, 0.0)
        most = (self.r + x) / (self.alpha + histories.watched) * ahead  # of who never leaves
        found: Floats = self.active(histories) * np.clip(c / (a - 1) * (1 - series), 0.0, most)
        return found

    def draw(
        self, histories: Histories, ahead: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Draw who is active and how often each will buy, shape (n,)."""
        x, watched = histories.bought[histories.place], histories.watched[histories.place]
        chance = self.active(histories)[..., histories.place]
        active = rng.random(chance.shape) < chance
        pace = rng.standard_gamma(self.r + x) / (self.alpha + watched)
        last = rng.geometric(np.maximum(rng.beta(self.a, self.b + self._chances(x)), 1e-15))
        bought = np.minimum(rng.poisson(np.minimum(pace * ahead, 1e15)), last)
        return active, np.where(active, bought, 0).astype(np.int64)

    def _chances(self, x: Floats) -> Floats:
        """Return k."""
        return x + self.after_first

    def _odds(self, histories: Histories) -> Floats:
        """Return the log odds of having left."""
        x, k = histories.bought, self._chances(histories.bought)
        since = np.log((self.alpha + histories.watched) / (self.alpha + histories.latest))
        odds = np.log(self.a / (self.b + np.maximum(k, 1) - 1)) + (self.r + x) * since
        return np.where(k > 0, odds, -np.inf)


class MbgNbd(BgNbd):
    """The law by which who bought once may have left, too; see `BgNbd`.

    References
    ----------
    Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis",
    International Journal of Research in Marketing 24(3).

    Examples
    --------
    >>> once = Histories.of_customers([0], [0], [38.86])
    >>> law = (0.52484, 6.18299, 0.89136, 1.61400)
    >>> BgNbd(*law).active(once).round(2).tolist(), MbgNbd(*law).active(once).round(2).tolist()
    ([1.0], [0.39])
    """

    __slots__ = ()
    after_first: ClassVar[int] = 1
