"""Which price to ask next: the one whose answer is expected to tell most about the revenue-best price.

Willingness to pay is log-normal in the population and every respondent has one: log W ~ N(μ, σ²). A question
is "would you buy at p?", yes where W ≥ p, except that one answer in `1 / lapse` is given at random. Nothing
is asked but the J prices of a list, so that all that can be learned of a W is between which two it lies.

Notation
--------
θ = (μ, σ) : C cells of a grid          π : (C,) the belief in each
F : (C, J + 1) the share of respondents whose W lies in each gap of the list, below, between and above
G : (J + 1, J) the probability of a yes to each price from each gap
L : (J + 1,) the likelihood of one respondent's answers so far, from each gap
v : (C,) the log of the price that is best for revenue

v solves ``φ(z) / (1 - Φ(z)) = σ`` with ``v = μ + σ z``: raising the price by 1 % loses 1 % of the buyers. A
question splits the belief in two, ``π_yes ∝ π F (L G) / F L``, and is worth the expected fall of the variance of v:
``Var v - P(yes) Var(v | yes) - P(no) Var(v | no)`` (one step ahead; Lindley 1956 for the idea).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from models.checks import Floats, share, vector
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label

LAPSE = 0.02
"""How many answers are given at random."""
LOG_SD = (0.1, 1.5)
"""How far apart respondents may be: the prior of σ is even in its logarithm between these."""
BEYOND = 0.35
"""The prior of the median reaches this far beyond the list at either end, as a share of the list's log range."""
MOVE_ON = 0.5
"""Below this share of what another respondent would tell, a question is better kept for that one."""
_COARSE, _FINE = (41, 11), (31, 21)  # cells of μ and log σ: the first grid finds where the second must look
_ZOOM = 4.5  # the fine grid reaches so many standard deviations to either side


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A price to ask.

    Parameters
    ----------
    price
        In money.
    gain
        The share of the variance of the log best price that its answer is expected to take away, 0–1.
    of_another
        The same for the first question to somebody not yet asked.
    yes
        The probability of a yes.
    """

    price: float
    gain: float
    of_another: float
    yes: float

    @property
    def worth_asking(self) -> bool:
        """Whether to go on with this respondent: another one's first answer would not tell twice as much."""
        return self.gain >= MOVE_ON * self.of_another


@dataclass(frozen=True, kw_only=True, eq=False)
class _Grid:
    """Cells θ and what belongs to each: `mu`, `log_sigma` (C,), `log_best` v, `gaps` F, `weight` π, sum 1."""

    mu: Floats
    log_sigma: Floats
    log_best: Floats
    gaps: Floats
    weight: Floats

    def around(self, axis: Floats, cells: int) -> tuple[float, float]:
        """Return the stretch of an axis that holds the belief, at least two cells to either side."""
        mean = float(self.weight @ axis)
        sd = float(np.sqrt(self.weight @ (axis - mean) ** 2))
        reach = max(_ZOOM * sd, 2 * float(np.ptp(axis)) / (cells - 1))
        return max(mean - reach, float(axis.min())), min(mean + reach, float(axis.max()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Belief:
    """What is believed of the willingness to pay of all respondents; begins with `Belief.before`.

    It depends on what was said alone, not on the order in which it was.

    Parameters
    ----------
    prices
        Shape (J,): the list, rising, money.
    lapse
        The share of answers that are given at random.
    heard_from
        Shape (r, J + 1): the different L of the respondents so far.
    times
        Shape (r,): how many respondents gave each.

    Examples
    --------
    >>> belief = Belief.before([5, 10, 20, 40, 80])
    >>> belief.next_price().price
    20.0
    >>> belief = belief.heard([[20, 40], [20, 40], [20, 10]], [[1, 0], [1, 1], [0, 1]])
    >>> estimate = belief.best_price(Label(unit="EUR/posting"))
    >>> estimate.n, estimate.low < 20 < estimate.high
    (3, True)
    """

    prices: Floats
    lapse: float
    heard_from: Floats
    times: Floats

    @classmethod
    def before(cls, prices: ArrayLike, *, lapse: float = LAPSE) -> Belief:
        """Return the belief before anybody is asked.

        Parameters
        ----------
        prices
            The prices that may be asked, money > 0, two or more different ones. The median willingness to pay
            is taken to lie in their range or somewhat beyond, anywhere alike on the log scale.
        lapse
            The share of answers that are given at random, in (0, 1).

        Raises
        ------
        InvalidInput
            If prices are not positive or fewer than two, or `lapse` is no share.
        """
        listed = np.unique(vector("prices", prices))
        if listed.size < 2 or listed[0] <= 0:
            raise InvalidInput("prices must be two or more different ones, all > 0")
        nobody = np.empty((0, listed.size + 1))
        return cls(prices=listed, lapse=share("lapse", lapse), heard_from=nobody, times=np.empty(0))

    def heard(self, asked: ArrayLike, said: ArrayLike) -> Belief:
        """Return the belief after more respondents.

        Parameters
        ----------
        asked
            Shape (n, q): the prices of the list that each was asked; NaN = asked fewer.
        said
            Shape (n, q): 1 for yes, 0 for no.

        Raises
        ------
        InvalidInput
            If a price is not of the list or an answer is neither 0 nor 1.
        """
        patterns = np.concatenate([self.heard_from, self._likelihoods(asked, said)])
        times = np.concatenate([self.times, np.ones(len(patterns) - len(self.times))])
        different, place = np.unique(patterns, axis=0, return_inverse=True)
        counted = np.asarray(np.bincount(place.ravel(), weights=times), dtype=np.float64)
        return Belief(prices=self.prices, lapse=self.lapse, heard_from=different, times=counted)

    def next_price(self, asked: ArrayLike = (), said: ArrayLike = ()) -> Question:
        """Return the price to ask a respondent, after what this one has said already.

        Parameters
        ----------
        asked, said
            Shape (q,): the prices that the present respondent was asked, and 1 for yes, 0 for no. The same
            price is not asked twice.

        Raises
        ------
        InvalidInput
            As `heard`, and if every price of the list was asked.
        """
        before = self._likelihoods(np.atleast_2d(asked), np.atleast_2d(said))[0]
        places = self._places(np.asarray(asked, dtype=np.float64))
        gain, yes = self._gains(before)
        gain[places] = -np.inf
        best = int(np.argmax(gain))
        if gain[best] == -np.inf:
            raise InvalidInput("every price of the list was asked")
        of_another = self._gains(np.ones_like(before))[0].max() if places.size else gain[best]
        return Question(
            price=float(self.prices[best]),
            gain=max(0.0, float(gain[best])),
            of_another=max(0.0, float(of_another)),
            yes=float(yes[best]),
        )

    def _gains(self, before: Floats) -> tuple[Floats, Floats]:
        """Return gain and probability of a yes for each price, (J,), to somebody with the likelihood (J + 1,)."""
        grid = self._grid
        likely = grid.weight * (grid.gaps @ before)
        yes = grid.weight[:, None] * (grid.gaps @ (before[:, None] * self._yes))
        likely, yes = likely / likely.sum(), yes / likely.sum()
        v = grid.log_best - likely @ grid.log_best
        moments = np.array([np.ones_like(v), v, v**2])
        of_yes, of_all = moments @ yes, moments @ likely
        of_no = of_all[:, None] - of_yes
        # the expected variance after the answer, each of yes and no by its probability
        left = sum(second - first**2 / probability for probability, first, second in (of_yes, of_no))
        return 1 - left / of_all[2], of_yes[0]

    def best_price(self, label: Label) -> Estimate:
        """Return the price that is best for revenue, as far as it is known.

        Its interval holds the central `label.level` of the belief, and the value is the belief's median.
        """
        grid, n = self._grid, int(self.times.sum())
        if n == 0:
            return label.unknown("no_answers", n=0)
        order = np.argsort(grid.log_best, kind="stable")
        weight = grid.weight[order]
        tail = (1 - label.level) / 2
        at = np.interp([tail, 0.5, 1 - tail], np.cumsum(weight) - weight / 2, grid.log_best[order])
        low, value, high = np.exp(at)
        estimate = label.known(float(value), float(low), float(high), n=n)
        if self.prices[0] <= low and high <= self.prices[-1]:
            return estimate
        return estimate.warned(
            Caveat("beyond_list", "the best price may lie beyond the prices that were asked")
        )

    @cached_property
    def _grid(self) -> _Grid:
        logs = np.log(self.prices[[0, -1]])
        beyond = BEYOND * (logs[1] - logs[0])
        box = (float(logs[0] - beyond), float(logs[1] + beyond)), (np.log(LOG_SD[0]), np.log(LOG_SD[1]))
        coarse = self._on(*box, cells=_COARSE)
        mu, log_sigma = (
            coarse.around(a, n) for a, n in zip((coarse.mu, coarse.log_sigma), _COARSE, strict=True)
        )
        return self._on(mu, log_sigma, cells=_FINE)

    def _on(
        self, mu: tuple[float, float], log_sigma: tuple[float, float], *, cells: tuple[int, int]
    ) -> _Grid:
        """Lay cells over the box and weigh them by what was heard."""
        axes = (np.linspace(*ends, n) for ends, n in zip((mu, log_sigma), cells, strict=True))
        m, log_s = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
        s = np.exp(log_s)
        below = special.ndtr((np.log(self.prices) - m[:, None]) / s[:, None])
        gaps = np.diff(below, axis=1, prepend=0.0, append=1.0)
        log_weight = np.log(gaps @ self.heard_from.T) @ self.times
        weight = np.exp(log_weight - log_weight.max())
        return _Grid(
            mu=m, log_sigma=log_s, log_best=m + s * _best_z(s), gaps=gaps, weight=weight / weight.sum()
        )

    @property
    def _yes(self) -> Floats:
        """G."""
        above = np.arange(self.prices.size + 1)[:, None] > np.arange(self.prices.size)
        return np.asarray(self.lapse / 2 + (1 - self.lapse) * above)

    def _likelihoods(self, asked: ArrayLike, said: ArrayLike) -> Floats:
        """Return L of each respondent, shape (n, J + 1)."""
        prices, answers = np.asarray(asked, dtype=np.float64), np.asarray(said, dtype=np.float64)
        if prices.ndim != 2 or prices.shape != answers.shape:
            raise InvalidInput(
                f"prices and answers must be alike in shape, got {prices.shape}, {answers.shape}"
            )
        there = np.isfinite(prices)
        if not np.isin(answers[there], (0, 1)).all():
            raise InvalidInput("answers must be 1 for yes or 0 for no")
        yes = self._yes.T[self._places(np.where(there, prices, self.prices[0]))]
        given = np.where(answers[:, :, None] == 1, yes, 1 - yes)
        return np.asarray(np.where(there[:, :, None], given, 1.0).prod(axis=1))

    def _places(self, prices: Floats) -> NDArray[np.intp]:
        """Return where prices stand in the list."""
        place = np.abs(np.log(self.prices) - np.log(np.maximum(prices, 1e-300))[..., None]).argmin(axis=-1)
        if not np.allclose(self.prices[place], prices, rtol=1e-9, atol=0):
            raise InvalidInput(f"only prices of the list can be asked: {self.prices.tolist()}")
        return np.asarray(place)


def _best_z(sigma: Floats) -> Floats:
    """Solve ``φ(z) / (1 - Φ(z)) = σ`` by Newton's method; the hazard h has the slope ``h (h - z)``."""
    z = np.log(sigma)  # a start below the root: the hazard is convex
    for _ in range(50):
        hazard = np.exp(-(z**2) / 2 - special.log_ndtr(-z)) / np.sqrt(2 * np.pi)
        step = (hazard - sigma) / (hazard * (hazard - z))
        z = z - step
        if np.abs(step).max() < 1e-12:
            break
    return np.asarray(z)
