"""How churn answers to price: the chance of leaving at a decision, by what is asked beside what was paid before.

Notation
--------
row : a decision, a customer's month in which it could leave; where terms bind, one a term
y : 1 where it left      x : (k,) what was known before      u = log(asked ÷ paid before), of the last year's raises
z : log of the share of its value that it pays, less the median's; 0 where value is not known
v : log of the share of what it said or showed it would pay, less the median's; where that is not known, the mean of
    those of its z
ε : what nobody sees of a customer, N(0, 1): what it gets beyond what is measured

    logit P(y = 1 | ε) = β'x + δ'w - ω ε + θ exp(κ z + κ_w v - σ ε) (exp(u) - 1)      θ, σ, ω > 0

A price presses on a customer by its share of what the customer gets: θ is how steeply the log odds rise with the log of
price at the median share, κ says how much more those mind who pay more of their value, κ_w how much more those who pay
more of what they themselves said they would, σ how much less those who get more than is seen; ω is how much less often
these leave anyway. ε is integrated out over a customer's months (Gauss-Hermite), so that who stayed long is believed to
get more (heterogeneity: Heckman & Singer 1984). Levels are free of θ, κ and κ_w: comparing customers with each other
tells nothing of them. Where nobody's willingness is known, v and κ_w are not there.

u counts raises that were given (by lot, by contract) whatever the customer would have done; those of others stand in w,
and tell nothing: whoever set them may have known who would stay; raises older than a year stand in x, for who minded
them most has left. A raise counts from the month in which the customer could first leave for it, so that those who were
told a price and left before they paid it count.

Priors: log θ ~ N(log 3, 0.8²): a raise of a tenth multiplies the odds of leaving by 1.1 to 2.3 (80 %); κ ~ N(1,
0.4²), for a raise is weighed against value; κ_w ~ N(0.5, 0.4²): 1 would be that a raise is weighed against what was
said alone, 0 that what was said is talk; it is rough, and value is weighed beside it, so that half is believed, and 0
is not ruled out (1 of 10 draws lies below); log σ ~ N(log 0.4, 0.5²); log ω ~ N(log 0.8, 0.5²); β and δ are weak. The
posterior is a normal one at its maximum, drawn and weighed anew by the true density (importance resampling, Rubin
1987; weights are cut where one draw would speak for many, Ionides 2008), so that draws of θ are right where data say
little: then they are the prior's. σ and ω stay at their most likely values (empirical Bayes): who stayed is then
believed to get more by the same measure in every draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable, NotIdentified
from models.estimate import Estimate, Label
from models.pricing.raises.decisions import POSITIONS, Decisions
from models.pricing.raises.density import (
    KAPPA_MEANS,
    KAPPA_SD,
    OMEGA_MEDIAN,
    PRIVATE_LOG_SD,
    SIGMA_MEDIAN,
    THETA_LOG_SD,
    THETA_MEDIAN,
    Density,
    nodes,
)
from models.threads import on_one_thread

LEARNT = 0.75
"""Share of the prior's standard deviation above which data have said too little: of log θ, to plan with."""
BY_WILLINGNESS = "log pressure/log share of willingness"
"""The unit of κ_w."""
FEWEST_GIVEN, FEWEST_LEFT = 20, 10
"""Customers who were given a raise, and customers who left, below which nothing is read."""
_MOST_ROWS = 300_000
"""Decisions that are read; of more, those of customers drawn by lot."""
_CELLS_WEIGHED = 150_000_000
"""Rows × nodes × draws tried, up to which draws are weighed anew; of more data the normal law is right."""
_WIDER = 1.2
_FEWEST_TRIED, _MOST_TRIED = 2, 8
"""Draws that are tried for each that is kept, where they are weighed anew."""


@dataclass(frozen=True, eq=False)
class Response:
    """What is believed of the answer to prices, in draws that are common to all customers.

    Parameters
    ----------
    theta, sigma, omega
        Shape (draws,).
    kappa
        Shape (draws, j): of each position.
    known
        β, shape (draws, k).
    private
        Shape (N, nodes): how likely each customer, by its code, is at each node of ε; one row: the same for all.
    customers, left
        Who carry it: all, and those who left.
    learnt
        Standard deviation of log θ, as a share of the prior's: 1 where the data say nothing.
    """

    theta: Floats
    kappa: Floats
    sigma: Floats
    omega: Floats
    known: Floats
    private: Floats
    customers: int
    left: int
    learnt: float

    @property
    def identified(self) -> bool:
        """Whether the data tell the answer, and not the prior."""
        return self.learnt <= LEARNT

    def elasticity(self, *, level: float = 0.9) -> Estimate:
        """Return θ: by how many percent the odds of leaving rise with a percent of price, at the median share.

        Unknown as ``not_identified`` where the data do not tell it.
        """
        label = Label(
            unit="log odds/log price", method="logit of leaving on raises that were given", level=level
        )
        if not self.identified:
            return label.unknown("not_identified", n=self.customers)
        low, middle, high = np.quantile(self.theta, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
        return label.known(middle, low, high, n=self.customers)

    def by_willingness(self, *, level: float = 0.9, known: int) -> Estimate:
        """Return κ_w: by how many percent a raise presses more, with a percent more of what one said one would pay.

        `known` is how many customers' willingness is known. Unknown as ``willingness_unknown`` where there is no such
        position, as ``not_identified`` where the data do not tell it.
        """
        label = Label(unit=BY_WILLINGNESS, method="logit of leaving on raises that were given", level=level)
        if self.kappa.shape[1] < POSITIONS:
            return label.unknown("willingness_unknown", n=known)
        draws = self.kappa[:, 1]
        if not self.identified or draws.std() > LEARNT * KAPPA_SD:
            return label.unknown("not_identified", n=known)
        low, middle, high = np.quantile(draws, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
        return label.known(middle, low, high, n=known)

    def pressure(self, position: Floats) -> Floats:
        """Return how steeply log odds rise with the log of price for customers with z (n, j), shape (draws, n)."""
        steep: Floats = self.theta[:, None] * np.exp(self.kappa @ position.T)
        return steep

    def level(self, known: Floats) -> Floats:
        """Return log odds at the price before any raise for customers with x (n, k), shape (draws, n)."""
        at: Floats = self.known @ known.T
        return at

    @property
    def factors(self) -> Floats:
        """By how much price presses more or less at each node of ε, shape (draws, nodes)."""
        found: Floats = np.exp(-self.sigma[:, None] * nodes()[0])
        return found

    @property
    def shifts(self) -> Floats:
        """By how much log odds are higher or lower at each node of ε anyway, shape (draws, nodes)."""
        found: Floats = -self.omega[:, None] * nodes()[0]
        return found

    def weights(self, customer: NDArray[np.intp]) -> Floats:
        """Return how likely customers, by code (n,), are at each node, (n, nodes); who never decided is as all are."""
        known: Floats = np.vstack([self.private, nodes()[1]])
        found: Floats = known[np.minimum(customer, len(self.private))]
        return found


def believed(draws: int, *, seed: int, known: int = 0, positions: int = 1) -> Response:
    """Return what is believed before any data: the stated priors."""
    rng = np.random.default_rng(seed)
    theta = THETA_MEDIAN * np.exp(THETA_LOG_SD * rng.standard_normal(draws))
    kappa = [KAPPA_MEANS[0] + KAPPA_SD * rng.standard_normal(draws)]
    sigma, omega = (
        middle * np.exp(PRIVATE_LOG_SD * rng.standard_normal(draws))
        for middle in (SIGMA_MEDIAN, OMEGA_MEDIAN)
    )
    # Drawn last, so that what is believed of all else is the same with it and without.
    kappa += [mean + KAPPA_SD * rng.standard_normal(draws) for mean in KAPPA_MEANS[1:positions]]
    none, alike = np.zeros((draws, known)), nodes()[1][None, :]
    return Response(theta, np.column_stack(kappa), sigma, omega, none, alike, customers=0, left=0, learnt=1.0)


class PriceResponse:
    """Learns how churn answers to price.

    Parameters
    ----------
    draws, seed
        Of the posterior.

    Examples
    --------
    Of 3,000 customers half are asked a fifth more, by lot; θ is 4:

    >>> rng = np.random.default_rng(0)
    >>> u = np.log(1.2) * (rng.random(3000) < 0.5)
    >>> left = rng.random(3000) < 1 / (1 + np.exp(2 - 4 * np.expm1(u)))
    >>> rows = Decisions(left=left, given=u, other=np.zeros((3000, 0)), position=np.zeros((3000, 1)),
    ...                  known=np.ones((3000, 1)), customer=np.arange(3000))
    >>> found = PriceResponse().fit(rows).elasticity()
    >>> bool(found.low < 4 < found.high)
    True
    """

    def __init__(self, *, draws: int = 400, seed: int = 0) -> None:
        self.draws = draws
        self.seed = seed

    @on_one_thread
    def fit(self, rows: Decisions) -> Response:
        """Find the posterior.

        Raises
        ------
        NotEstimable
            ``insufficient_customers`` where fewer than ten left.
        NotIdentified
            Where fewer than twenty customers were given a raise: by lot, or by their contract.
        """
        left = int(rows.left.sum())
        if rows.told < FEWEST_GIVEN:
            text = f"{rows.told} customers were given a raise by lot or by contract; {FEWEST_GIVEN} would begin to tell"
            raise NotIdentified(text)
        if left < FEWEST_LEFT:
            text = f"{left} customers left; {FEWEST_LEFT} would begin to tell"
            raise NotEstimable("insufficient_customers", text)
        posterior = Density(self._some(rows))
        at = posterior.climb()
        drawn = self._drawn(posterior, at)
        k, (sigma, omega) = rows.known.shape[1], posterior.fixed
        return Response(
            np.exp(drawn[:, 0]), drawn[:, 1:sigma], np.exp(drawn[:, sigma]), np.exp(drawn[:, omega]),
            drawn[:, omega + 1 : omega + 1 + k] / posterior.scale[:k],
            private=Density(rows, posterior.scale).private(at),
            customers=int(np.unique(rows.customer).size), left=left,
            learnt=float(min(drawn[:, 0].std() / THETA_LOG_SD, 1.0)),
        )  # fmt: skip

    def _some(self, rows: Decisions) -> Decisions:
        """Return all rows, or those of as many customers as can be read, by lot."""
        if rows.left.size <= _MOST_ROWS:
            return rows
        lot = np.random.default_rng((self.seed, 1)).random(int(rows.customer[-1]) + 1)
        return rows.only(lot[rows.customer] < _MOST_ROWS / rows.left.size)

    def _drawn(self, posterior: Density, at: Floats) -> Floats:
        """Return draws (draws, p) of the posterior, σ and ω at their most likely values, as `private` has them."""
        rng = np.random.default_rng(self.seed)
        more = min(_CELLS_WEIGHED // (posterior.cells * self.draws), _MOST_TRIED)
        weigh = more >= _FEWEST_TRIED
        free = ~np.isin(np.arange(at.size), posterior.fixed)
        root = np.linalg.cholesky(np.linalg.inv(posterior.curvature(at)[np.ix_(free, free)]))
        count = self.draws * more if weigh else self.draws
        noise = rng.standard_normal((count, int(free.sum())))
        tried: Floats = np.tile(at, (count, 1))
        tried[:, free] += (_WIDER if weigh else 1.0) * noise @ root.T
        if not weigh:
            return tried
        log_weight = np.array([posterior.density(each) for each in tried]) + 0.5 * (noise**2).sum(axis=1)
        weight = np.exp(log_weight - log_weight.max())
        weight = np.minimum(weight, weight.mean() * np.sqrt(count))
        # Systematic: each draw is taken as often as its weight says, give or take one.
        places = (np.arange(self.draws) + rng.random()) / self.draws
        return tried[np.minimum(np.searchsorted(np.cumsum(weight) / weight.sum(), places), count - 1)]
