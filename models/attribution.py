"""How much of a KPI's value is owed to us, and how sure that is.

Money per unit of a KPI and the share of it that is owed to us are judgements, often with a deviation. They
hold for all customers at once, so that more customers do not make them surer: they are drawn once per
bootstrap draw and multiply every customer's value.

Notation
--------
K : KPIs      B : draws      f : (B, K) factor on a KPI's stated money; its mean is the stated attribution
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput

_LEAST_SD = 1e-4
"""A share that is known to a hundredth of a percent is known."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is believed of one KPI's money.

    Parameters
    ----------
    relative_sd
        Standard deviation of the value per unit of the KPI, as a share of it, ≥ 0.
    attribution
        The share of the KPI that is owed to us, in [0, 1]; None where nobody has judged it (gross value).
    attribution_sd
        Its standard deviation, ≥ 0.
    """

    relative_sd: float = 0.0
    attribution: float | None = None
    attribution_sd: float = 0.0

    def __post_init__(self) -> None:
        if self.relative_sd < 0 or self.attribution_sd < 0:
            raise InvalidInput("standard deviations must be ≥ 0")
        if self.attribution is not None and not 0 <= self.attribution <= 1:
            raise InvalidInput(f"attribution must be a share between 0 and 1, got {self.attribution}")

    @property
    def mean(self) -> float:
        """The factor on the stated money, 1 for gross value."""
        return 1.0 if self.attribution is None else self.attribution

    @property
    def certain(self) -> bool:
        """Whether its factor has no deviation: nobody stated one, or there is no money that it could move."""
        return self.mean == 0 or (self.relative_sd == 0 and not self.varies_in_share)

    @property
    def varies_in_share(self) -> bool:
        """Whether the share that is owed to us has a deviation."""
        # A share of 0 or 1 leaves no room on one of its sides, and so no beta has it as its mean.
        return (
            self.attribution is not None
            and self.attribution_sd >= _LEAST_SD
            and 1e-9 <= self.mean <= 1 - 1e-9
        )


def draw_factors(judgements: list[Judgement], *, draws: int, seed: int) -> Floats:
    """Draw the factors on each KPI's stated money.

    The value per unit is lognormal and the attribution beta, each with the stated mean and deviation. The draws
    are a Latin hypercube: few of them already show how wide a judgement is.

    Parameters
    ----------
    judgements
        One a KPI.
    draws, seed
        How many, and of which stream.

    Returns
    -------
    Shape (draws, K).

    Examples
    --------
    >>> draw_factors([Judgement(attribution=0.5)], draws=2, seed=0)
    array([[0.5],
           [0.5]])
    """
    rng = np.random.default_rng(seed)
    factors = np.ones((draws, len(judgements)))
    for k, judgement in enumerate(judgements):
        variance = np.log1p(judgement.relative_sd**2)
        normal = special.ndtri(_stratified(draws, rng))
        factors[:, k] *= np.exp(np.sqrt(variance) * normal - variance / 2)
        factors[:, k] *= _attributions(judgement, _stratified(draws, rng))
    return factors


def _stratified(draws: int, rng: np.random.Generator) -> Floats:
    """Draw uniforms, one from each of `draws` equal strata in random order (McKay, Beckman & Conover 1979)."""
    drawn: Floats = (rng.permutation(draws) + rng.uniform(1e-9, 1 - 1e-9, draws)) / draws
    return drawn


def _attributions(judgement: Judgement, uniform: Floats) -> Floats:
    mean, sd = judgement.mean, judgement.attribution_sd
    if not judgement.varies_in_share:
        return np.full(uniform.shape, mean)
    # A beta cannot be wider than the coin that is 1 with probability `mean`; keep a little off that limit.
    sd = min(sd, 0.95 * np.sqrt(mean * (1 - mean)))
    size = mean * (1 - mean) / sd**2 - 1
    drawn: Floats = special.betaincinv(mean * size, (1 - mean) * size, uniform)
    return drawn
