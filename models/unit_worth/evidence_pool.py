"""Several sources on the worth of one unit, weighted by how sure each is.

Notation
--------
y_s : log worth according to source s      σ_s : its standard error, from its interval on the log scale
weight_s = σ_s⁻² ÷ Σ σ⁻² (fixed effects: Hedges & Olkin 1985, ch. 6)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.errors import InvalidInput
from models.estimate import Caveat, Estimate


@dataclass(frozen=True, slots=True)
class Source:
    """A named piece of evidence."""

    name: str
    estimate: Estimate


def combine(sources: Sequence[Source], *, unit: str, level: float) -> tuple[Estimate, list[float]]:
    """Combine the sources that know something.

    Parameters
    ----------
    sources
        Estimates of the same quantity, in the same unit, > 0 where known.
    unit, level
        Of the answer.

    Returns
    -------
    The combined estimate and each source's weight, shares that sum to 1; 0 for sources that know nothing.

    Raises
    ------
    InvalidInput
        If a source does not lie within its own interval or is not positive.

    Examples
    --------
    >>> one = Estimate(value=40.0, low=36.0, high=44.4, level=0.9, n=120, unit="EUR/posting")
    >>> two = Estimate(value=50.0, low=45.0, high=55.5, level=0.9, n=0, unit="EUR/posting")
    >>> both, weights = combine([Source("outcomes", one), Source("prior", two)], unit="EUR/posting", level=0.9)
    >>> round(both.value, 1), [round(weight, 2) for weight in weights]
    (44.7, [0.5, 0.5])
    """
    known = [source for source in sources if source.estimate.known]
    if not known:
        reasons = [source.estimate.reason for source in sources if source.estimate.reason]
        reason = reasons[0] if reasons else "no_evidence"
        n = sum(source.estimate.n for source in sources)
        return Estimate.unknown(reason, unit=unit, n=n, level=level), [0.0] * len(sources)
    if len(known) == 1:
        return known[0].estimate, [1.0 if source.estimate.known else 0.0 for source in sources]
    logs, errors = zip(*(_on_log_scale(source) for source in known), strict=True)
    precision = 1 / np.array(errors) ** 2
    middle = float(precision @ np.array(logs) / precision.sum())
    reach = float(special.ndtri((1 + level) / 2)) / float(np.sqrt(precision.sum()))
    weights = dict(
        zip((source.name for source in known), (precision / precision.sum()).tolist(), strict=True)
    )
    estimate = Estimate(
        value=float(np.exp(middle)), low=float(np.exp(middle - reach)), high=float(np.exp(middle + reach)),
        level=level, n=sum(source.estimate.n for source in known), unit=unit,
        method="sources weighted by their precision: " + ", ".join(source.name for source in known),
        warnings=(*(each for source in known for each in source.estimate.warnings), *_disagreement(logs, errors)),
    )  # fmt: skip
    return estimate, [weights.get(source.name, 0.0) for source in sources]


def _on_log_scale(source: Source) -> tuple[float, float]:
    value, low, high = source.estimate.value, source.estimate.low, source.estimate.high
    if value is None or low is None or high is None or value <= 0:
        raise InvalidInput(f"{source.name}: worth must be positive, got {source.estimate}")
    z = float(special.ndtri((1 + source.estimate.level) / 2))
    if low <= 0:  # the typical customer may gain nothing, which has no log: the delta method stands in
        return float(np.log(value)), (high - low) / (2 * z * value)
    # Where all customers are alike the interval has no width; a ten-thousandth of a per cent stands for it.
    return float(np.log(value)), max(float(np.log(high / low)) / (2 * z), 1e-6)


def _disagreement(logs: Sequence[float], errors: Sequence[float]) -> tuple[Caveat, ...]:
    """Warn where two sources lie further apart than their intervals allow."""
    far = max(
        abs(a - b) / np.hypot(error_a, error_b)
        for at, (a, error_a) in enumerate(zip(logs, errors, strict=True))
        for b, error_b in list(zip(logs, errors, strict=True))[:at] or [(a, error_a)]
    )
    if far < 2.5:
        return ()
    text = "the sources contradict each other: look at them one by one before using their average"
    return (Caveat("sources_disagree", text),)
