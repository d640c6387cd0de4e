"""`Estimate`: the only form in which a statistical number leaves the models.

A number without its uncertainty is half an answer, and a number that could not be computed is not zero.
An `Estimate` is therefore either a value inside an interval, or no value and the reason why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from models.errors import InvalidInput, NotEstimable


@dataclass(frozen=True, slots=True)
class Caveat:
    """Something that a reader must know before relying on a number."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What an estimate is of: its unit, its interval's level, and how it is made; see `Estimate`.

    Examples
    --------
    >>> Label(unit="EUR/posting", method="median").unknown("no_outcomes", n=0).reason
    'no_outcomes'
    """

    unit: str
    method: str = ""
    level: float = 0.9

    def unknown(self, reason: str, *, n: int) -> Estimate:
        """Make the estimate of this that says why there is no number."""
        return Estimate.unknown(reason, unit=self.unit, n=n, level=self.level, method=self.method)

    def known(self, value: float, low: float, high: float, *, n: int) -> Estimate:
        """Make the estimate of this, its interval stretched to the value where that lies just outside."""
        return Estimate(
            value=value, low=min(low, value), high=max(high, value),
            level=self.level, n=n, unit=self.unit, method=self.method,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its interval, or no value with a reason.

    Parameters
    ----------
    value, low, high
        The point and the ends of its interval, in `unit`; all three are None exactly when `reason` is given.
    level
        The interval's nominal coverage, in (0, 1).
    n
        How many independent units (customers, respondents) carry the number, ≥ 0.
    unit
        The currency, ``/`` and the metric's name verbatim (``EUR/posting``); ``share`` (0–1); ``log`` …
    method
        How the number was made, in a few words.
    warnings
        What a reader must know before relying on it.
    reason
        Why there is no value: a stable code such as ``insufficient_customers``.
    plateau
        Where curves coincide: the stretch on which the point is equally good, apart from its interval.

    Examples
    --------
    >>> Estimate(value=12.4, low=11.2, high=13.9, level=0.9, n=412, unit="EUR/posting", method="median").value
    12.4
    >>> Estimate.unknown("no_outcomes", unit="EUR/posting").reason
    'no_outcomes'
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    unit: str
    method: str = ""
    warnings: tuple[Caveat, ...] = ()
    reason: str | None = None
    plateau: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InvalidInput(f"level must be between 0 and 1, got {self.level}")
        if self.n < 0:
            raise InvalidInput(f"n must be ≥ 0, got {self.n}")
        value, low, high = self.value, self.low, self.high
        if self.reason is not None:
            if not value is low is high is None:
                raise InvalidInput("an estimate with a reason has no value, low or high")
            return
        if value is None or low is None or high is None or not all(map(math.isfinite, (value, low, high))):
            raise InvalidInput(
                f"value, low and high must be finite, or None with a reason; got {(value, low, high)}"
            )
        # A point outside its own interval is a mistake of the estimator; rounding is forgiven.
        slack = 1e-9 * max(1e-300, abs(value), abs(low), abs(high))
        if not low - slack <= value <= high + slack:
            raise InvalidInput(f"the value must lie inside its interval, got {(value, low, high)}")

    @classmethod
    def unknown(
        cls,
        reason: str,
        *,
        unit: str,
        n: int = 0,
        level: float = 0.9,
        method: str = "",
        warnings: tuple[Caveat, ...] = (),
    ) -> Estimate:
        """Make an estimate that says why there is no number."""
        return cls(
            value=None, low=None, high=None, level=level, n=n, unit=unit, method=method,
            warnings=warnings, reason=reason,
        )  # fmt: skip

    @classmethod
    def refused(cls, refusal: NotEstimable, *, unit: str, n: int = 0, level: float = 0.9) -> Estimate:
        """Make the estimate that stands for a refusal of the models."""
        caveat = Caveat(refusal.reason, str(refusal))
        return cls.unknown(refusal.reason, unit=unit, n=n, level=level, warnings=(caveat,))

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.reason is None

    def scaled(self, factor: float, *, unit: str | None = None) -> Estimate:
        """Multiply value and interval by a known positive factor (a currency, a period)."""
        if not (math.isfinite(factor) and factor > 0):
            raise InvalidInput(f"factor must be finite and > 0, got {factor}")
        if self.value is None or self.low is None or self.high is None:
            return replace(self, unit=unit or self.unit)
        plateau = self.plateau and (self.plateau[0] * factor, self.plateau[1] * factor)
        return replace(
            self, value=self.value * factor, low=self.low * factor, high=self.high * factor,
            unit=unit or self.unit, plateau=plateau,
        )  # fmt: skip

    def warned(self, *caveats: Caveat) -> Estimate:
        """Add caveats."""
        return replace(self, warnings=self.warnings + caveats)

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as the API shows it."""
        shown: dict[str, Any] = {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "n": self.n,
            "unit": self.unit,
            "method": self.method,
            "warnings": [{"code": caveat.code, "message": caveat.message} for caveat in self.warnings],
            "reason": self.reason,
        }
        if self.plateau is not None:
            shown["plateau"] = list(self.plateau)
        return shown
