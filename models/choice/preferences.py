"""`Preferences`: what people want, in the one form in which every choice model says it.

A population is M kinds of people with coefficients and weights: one kind in a logit, the classes of a latent
class model, points of the distribution in a mixed logit, respondents in a hierarchical model. What we do not
know about it is B draws of the whole population.

Notation
--------
β : (M, K) coefficients of each kind of people          π : (M,) their shares          α = -β_price > 0
β_b, π_b : the same in draw b = 1 … B
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput


@dataclass(frozen=True, eq=False, kw_only=True)
class Preferences:
    """A population of tastes and its uncertainty.

    Parameters
    ----------
    names
        Of the K coefficients.
    price, none
        The column of the price, and of the constant of buying nothing (None where it was not offered).
    beta, share
        Shapes (M, K) and (M,): the best guess. Shares sum to 1.
    beta_draws, share_draws
        Shapes (B, M, K) and (B, M).
    respondents, clusters
        How many people the preferences come from, and how many independent customers those stand for.

    Raises
    ------
    InvalidInput
        If a price coefficient is not negative: somebody would pay without bound, or be paid.
    """

    names: tuple[str, ...]
    price: int
    none: int | None
    beta: Floats
    share: Floats
    beta_draws: Floats
    share_draws: Floats
    respondents: int
    clusters: int

    def __post_init__(self) -> None:
        if not (self.beta[:, self.price] < 0).all() or not (self.beta_draws[..., self.price] < 0).all():
            raise InvalidInput("every price coefficient must be negative")
        kinds = self.beta.shape[0]
        if self.share.shape != (kinds,) or self.share_draws.shape != self.beta_draws.shape[:2]:
            raise InvalidInput(f"each of the {kinds} kinds of people needs a share, in every draw too")


def sign_safe_draws(beta: Floats, covariance: Floats, *, price: int, draws: int, seed: int) -> Floats:
    """Draw coefficients from their normal approximation, the price's on the log scale of -β.

    A draw of the price coefficient itself could touch zero, and willingness to pay, which divides by it, would
    have no end there (Daly, Hess & Train 2012). By the delta method log(-β_p) has the standard error
    ``se(β_p) / |β_p|``.

    Parameters
    ----------
    beta
        Shape (K,), its price coefficient negative.
    covariance
        Shape (K, K).
    price
        The price's column.
    draws, seed
        How many, and from where.

    Returns
    -------
    Shape (draws, K).

    Examples
    --------
    >>> drawn = sign_safe_draws(np.array([-0.1, 1.0]), np.eye(2) * 0.01, price=0, draws=1000, seed=0)
    >>> bool((drawn[:, 0] < 0).all())
    True
    """
    scale = np.ones_like(beta)
    scale[price] = 1 / beta[price]  # ∂ log(-β) / ∂β = 1 / β
    middle = beta.copy()
    middle[price] = np.log(-beta[price])
    eigenvalues, vectors = np.linalg.eigh(covariance * np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    drawn: Floats = middle + np.random.default_rng(seed).standard_normal((draws, beta.size)) @ root.T
    drawn[:, price] = -np.exp(drawn[:, price])
    return drawn
