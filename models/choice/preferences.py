"""`Preferences`: what people want, in the one form in which every choice model says it.

A population is M kinds of people with coefficients and shares: one kind in a logit, the classes of a latent
class model, points of the distribution in a mixed logit, respondents in a hierarchical model. What we do not
know about it is B draws of the whole population.

Notation
--------
β : (B, M, K) coefficients of each kind of people, in each draw          π : (B, M) their shares
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.noise import noise


@dataclass(frozen=True, eq=False)
class Population:
    """B populations of M kinds of people each: `beta` of shape (B, M, K), `share` of shape (B, M), rows sum to 1."""

    beta: Floats
    share: Floats

    def __post_init__(self) -> None:
        if self.beta.ndim != 3 or self.share.shape != self.beta.shape[:2]:
            raise InvalidInput(
                f"each kind of people needs a share, got {self.beta.shape}, {self.share.shape}"
            )


@dataclass(frozen=True, eq=False, kw_only=True)
class Preferences:
    """A population of tastes and its uncertainty.

    Parameters
    ----------
    names
        Of the K coefficients.
    price, none
        The column of the price, and of the constant of buying nothing (None where it was not offered).
    best
        The best guess: one population.
    drawn
        What else it may be: B populations.
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
    best: Population
    drawn: Population
    respondents: int
    clusters: int

    def __post_init__(self) -> None:
        if not all((each.beta[..., self.price] < 0).all() for each in (self.best, self.drawn)):
            raise InvalidInput("every price coefficient must be negative")


def sign_safe_draws(
    theta: Floats, covariance: Floats, *, negative: NDArray[np.bool_], draws: int, seed: int
) -> Floats:
    """Draw coefficients from their normal approximation, negative ones on the log scale of -θ.

    A draw of the price coefficient itself could touch zero, and willingness to pay, which divides by it, would
    have no end there (Daly, Hess & Train 2012). By the delta method log(-θ) has the standard error
    ``se(θ) / |θ|``.

    Parameters
    ----------
    theta
        Shape (P,).
    covariance
        Shape (P, P).
    negative
        Shape (P,): which of them are negative and stay so.
    draws, seed
        How many, and from where.

    Returns
    -------
    Shape (draws, P).

    Examples
    --------
    >>> price = np.array([True, False])
    >>> drawn = sign_safe_draws(np.array([-0.1, 1.0]), np.eye(2) * 0.01, negative=price, draws=1000, seed=0)
    >>> bool((drawn[:, 0] < 0).all())
    True
    """
    scale, middle = np.ones_like(theta), theta.copy()
    scale[negative] = 1 / theta[negative]  # ∂ log(-θ) / ∂θ = 1 / θ
    middle[negative] = np.log(-theta[negative])
    drawn: Floats = middle + noise(covariance * np.outer(scale, scale), draws, np.random.default_rng(seed))
    drawn[:, negative] = -np.exp(drawn[:, negative])
    return drawn
