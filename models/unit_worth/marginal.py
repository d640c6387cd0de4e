"""What one MORE unit brings: the value that moves with units, and how far confounding could bend it.

Unless units moved for outside reasons this is an association. Traits are held fixed; other candidate metrics
never are, for they lie on the path from more units to more value. The number informs overage prices only.

Notation
--------
y : (n,) log value per month     d : (n,) log units per month     Z : (n, p) traits
ε = Σ d̃ ỹ / Σ d̃² with ỹ, d̃ cross-fitted residuals on Z (partialling out: Robinson 1988; Chernozhukov et al.
2018, eq. 4.4) is an elasticity; marginal worth = ε × (Σ value ÷ Σ units)
bound: |bias| ≤ √(R²_y R²_d / (1 - R²_d)) sd(ỹ) / sd(d̃) for a confounder that explains as much of what is
left of y and of d as the traits explained of them (Cinelli & Hazlett 2020, eq. 11), at least `_LEAST_R2`
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import NotIdentified, TooFewCustomers
from models.estimate import Caveat, Estimate
from models.resampling import bootstrap_weights

FEWEST_CUSTOMERS = 40
_LEAST_R2 = 0.05
_LEAST_OWN_VARIATION = 0.05
_FOLDS = 5
_DRAWS = 500


@dataclass(frozen=True)
class MarginalWorth:
    """The marginal worth with its interval, and the ends between which confounding could put it."""

    estimate: Estimate
    confounding_low: float
    confounding_high: float
    elasticity: float


def marginal_worth(
    value: Floats,
    units: Floats,
    traits: Floats,
    *,
    unit: str,
    seed: int,
    level: float = 0.9,
) -> MarginalWorth:
    """Estimate what one more unit brings.

    Parameters
    ----------
    value, units
        Shape (n,), per month, both > 0.
    traits
        Shape (n, p): what is held fixed; never another candidate metric.

    Raises
    ------
    TooFewCustomers
        Below forty customers.
    NotIdentified
        If units hardly move beyond what the traits predict.
    """
    if value.size < FEWEST_CUSTOMERS:
        raise TooFewCustomers(needed=FEWEST_CUSTOMERS, got=int(value.size))
    y, d = np.log(value), np.log(units)
    if np.var(d) < 1e-12:
        raise NotIdentified("all customers have the same units, so no value moves with them")
    y_left, d_left = _residuals(y, traits, seed), _residuals(d, traits, seed)
    own = float(np.var(d_left)) / float(np.var(d))
    if own < _LEAST_OWN_VARIATION:
        raise NotIdentified(f"traits predict {1 - own:.0%} of the units: no variation of their own is left")
    elasticity = float(d_left @ y_left / (d_left @ d_left))
    average = float(value.sum() / units.sum())
    weights = bootstrap_weights(value.size, draws=_DRAWS, seed=seed)
    slopes = (weights @ (d_left * y_left)) / (weights @ d_left**2)
    drawn = slopes * (weights @ value) / (weights @ units)
    low, high = (float(end) for end in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    r2_y = max(1 - float(np.var(y_left)) / max(float(np.var(y)), 1e-300), _LEAST_R2)
    r2_d = min(max(1 - own, _LEAST_R2), 0.95)
    residual = y_left - elasticity * d_left
    bias = float(np.sqrt(r2_y * r2_d / (1 - r2_d)) * residual.std() / d_left.std())
    point = elasticity * average
    estimate = Estimate(
        value=point, low=min(low, point), high=max(high, point), level=level, n=int(value.size),
        unit=unit, method="cross-fitted elasticity of value to units, traits held fixed, times average worth",
        warnings=(
            Caveat("association", "units did not move for outside reasons that we know of: an association"),
        ),
    )  # fmt: skip
    return MarginalWorth(estimate, (elasticity - bias) * average, (elasticity + bias) * average, elasticity)


def _residuals(target: Floats, traits: Floats, seed: int) -> Floats:
    """Return what traits cannot predict, each customer predicted from the others' folds."""
    if traits.shape[1] == 0 or not (np.ptp(traits, axis=0) > 0).any():
        centred: Floats = target - target.mean()
        return centred
    # Imported here: scikit-learn costs seconds and a hundred megabytes that no reader of results should pay.
    from sklearn.linear_model import RidgeCV  # noqa: PLC0415
    from sklearn.model_selection import KFold, cross_val_predict  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-2, 4, 13)))
    folds = KFold(_FOLDS, shuffle=True, random_state=seed % 2**32)
    predicted: Floats = cross_val_predict(model, traits, target, cv=folds)
    return target - predicted
