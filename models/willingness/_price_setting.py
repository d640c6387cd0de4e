"""What of a price is given to the customer, and what its setter may have made of the customer's willingness.

Notation
--------
y : (n,) log price      e : (n,) y less its regression on traits and log list price
u_r : rep r's leniency, ``n_r τ² ÷ (n_r τ² + σ²)`` times its mean of e (random effects; τ², σ² by the analysis of
variance: Searle, Casella & McCulloch 1992, §3.6)
v = e - u : what neither list nor leniency explain
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable

LEAST_VARIATION = 0.02
"""Standard deviation of a log price below which it does not vary for any use."""
ROWS_FOR_A_TRAIT = 10
_LEAST_F = 2.0  # reps who differ less than that may not differ at all: their leniency would be noise


@dataclass(frozen=True, kw_only=True)
class PriceSetting:
    """Prices taken apart.

    `traits` (n, k) are standardised, `knowing` (n,) is v centred, and `given_by` names what varied beyond
    the traits: ``list_prices``, ``reps``.
    """

    traits: Floats
    knowing: Floats
    given_by: tuple[str, ...]

    @property
    def varies(self) -> bool:
        """Whether anything is left that may know willingness."""
        return bool(self.knowing.std() > LEAST_VARIATION)


def take_apart(
    price: Floats, *, traits: Floats | None, list_price: Floats | None, rep: NDArray[np.object_] | None
) -> PriceSetting:
    """Take log prices apart into what traits, list and reps explain, and the rest.

    Raises
    ------
    NotEstimable
        ``too_many_traits`` for so few prices.

    Examples
    --------
    >>> asked = np.array([9.0, 10.0, 18.0, 20.0])
    >>> take_apart(asked, traits=None, list_price=asked, rep=None).given_by
    ('list_prices',)
    """
    known = standardised(np.zeros((price.size, 0)) if traits is None else traits)
    if price.size < ROWS_FOR_A_TRAIT * known.shape[1]:
        text = f"needs {ROWS_FOR_A_TRAIT} prices for each of {known.shape[1]} traits, has {price.size}"
        raise NotEstimable("too_many_traits", text)
    rest, given_by = _residual(np.log(price), known), []
    if list_price is not None:
        listed = _residual(np.log(list_price), known)
        if listed.std() > LEAST_VARIATION:
            given_by.append("list_prices")
            rest = rest - listed * float(listed @ rest) / float(listed @ listed)
    if rep is not None:
        leniency = _leniency(rest, rep)
        if leniency.std() > LEAST_VARIATION / 2:
            given_by.append("reps")
            rest = rest - leniency
    return PriceSetting(traits=known, knowing=rest - rest.mean(), given_by=tuple(given_by))


def standardised(traits: Floats) -> Floats:
    """Return columns of mean 0 and standard deviation 1, without those that never vary."""
    centred = traits - traits.mean(axis=0)
    scale = centred.std(axis=0)
    varying: Floats = centred[:, scale > 1e-12] / scale[scale > 1e-12]
    return varying


def _residual(values: Floats, traits: Floats) -> Floats:
    design = np.column_stack([np.ones(values.size), traits])
    fitted: Floats = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return values - fitted


def _leniency(rest: Floats, rep: NDArray[np.object_]) -> Floats:
    """Return each row's rep's shrunken mean; zeros where reps do not differ."""
    _, codes = np.unique(rep.astype(str), return_inverse=True)
    offers = np.bincount(codes).astype(np.float64)
    reps, n = offers.size, rest.size
    if reps < 3 or n <= reps:
        return np.zeros(n)
    means = np.bincount(codes, weights=rest) / offers
    inside = float(((rest - means[codes]) ** 2).sum()) / (n - reps)
    between = float(offers @ (means - rest.mean()) ** 2) / (reps - 1)
    if between < _LEAST_F * inside:
        return np.zeros(n)
    size = (n - float(offers @ offers) / n) / (reps - 1)
    variance = (between - inside) / size
    shrunk = offers * variance / (offers * variance + inside)
    leniency: Floats = (shrunk * (means - rest.mean()))[codes]
    return leniency
