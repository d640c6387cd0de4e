"""The regimes that a business can live in: some as estimators assume, some not."""

from __future__ import annotations

from enum import StrEnum


class Regime(StrEnum):
    """What kind of world a business lives in.

    The first four are *inside*: log-normal noise of low autocorrelation, value per unit that stands still,
    and reporting that is random given traits, plan, tenure, churn and usage. The others break one
    assumption each.

    Examples
    --------
    >>> Regime.STEADY.outside, Regime.ZEROS.outside
    (False, True)
    """

    STEADY = "steady"
    """Monthly outcomes, month-to-month log noise of 0.15–0.35."""
    NOISY = "noisy"
    """Month-to-month log noise of 0.4–0.7."""
    QUARTERLY = "quarterly"
    """Outcomes are reported by the quarter, usage by the month."""
    YOUNG = "young"
    """80–95 % of customers came during the history, so that most have only a part of it."""

    HEAVY_TAILS = "heavy_tails"
    """Student t(2.5) noise on the log scale, between customers and between months."""
    ZEROS = "zeros"
    """15 % of months without value, and 5–15 % of customers who never get any."""
    DRIFT = "drift"
    """Long-run value per unit moves by 10–40 % a year, at a pace that differs between customers."""
    MISSING_MONTHS = "missing_months"
    """A third of the outcome months and 8 % of the usage months were never recorded."""
    SIZE_CONFOUNDED = "size_confounded"
    """Value grows faster than units as customers grow: units ∝ size^0.4–0.75 for every metric."""
    DOUBLE_COUNTED = "double_counted"
    """Two monetised KPIs measure one and the same value, and no `drives` says so."""
    SELECTIVE_REPORTING = "selective_reporting"
    """Who reports depends on the value per unit itself, beyond everything that is observed."""

    @property
    def outside(self) -> bool:
        """Whether this regime breaks what the estimators assume."""
        return self not in INSIDE


INSIDE = (Regime.STEADY, Regime.NOISY, Regime.QUARTERLY, Regime.YOUNG)
OUTSIDE = tuple(regime for regime in Regime if regime not in INSIDE)
