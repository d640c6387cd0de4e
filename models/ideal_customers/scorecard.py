"""The scorecard: the chance of success as a sum of points, kept as plain values and read in microseconds.

Notation
--------
η : log odds of success      α : those of the average customer      w_t(c) : points of level c of trait t
b : how far points come true      η = α + b Σ_t w_t(c_t)      score = 1 ÷ (1 + e^-η)

Points are relative to the average customer, so they are the reasons of a score, and they are all of it: e^bw is the
factor on the odds. A trait that is not known, or has a level that nobody had, gives no points. The interval is that of
the chance of those with these levels: it bears the doubt about the calibration and about the points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit, ndtri

from models.checks import Floats
from models.ideal_customers.familiarity import Familiarity
from models.ideal_customers.levels import NEVER_SEEN, UNKNOWN, Coded, Raw, TraitLevels, coded
from models.ideal_customers.rehearsal import Calibration

_LEAST_FACTOR = math.log(1.05)  # a reason that moves the odds by less is not worth a reader's time


@dataclass(frozen=True, kw_only=True)
class Points:
    """One trait's part of the score.

    Parameters
    ----------
    levels
        How to read the trait.
    points
        w of each level, log odds.
    errors
        Their standard errors.
    """

    levels: TraitLevels
    points: tuple[float, ...]
    errors: tuple[float, ...]


@dataclass(frozen=True)
class Reason:
    """What one trait does to the odds of success: `factor` 1.8 means 1.8 times those of the average customer."""

    trait: str
    level: str
    factor: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """The chance that a lead would be an ideal customer if it is won, 0–1, with its interval and its reasons.

    `unlike` says what of the lead no customer was like; empty for a familiar one.
    """

    value: float
    low: float
    high: float
    reasons: tuple[Reason, ...]
    unlike: tuple[str, ...]

    @property
    def unlike_anything_seen(self) -> bool:
        """Whether the score is a guess about a kind of lead that has not been seen."""
        return bool(self.unlike)


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """A fitted score.

    Parameters
    ----------
    base_rate
        The share of customers that succeeded, 0–1.
    constant
        α.
    calibration
        b, and how sure it is.
    parts
        The points of each trait.
    familiarity
        Which combinations have been seen.
    ideal_from
        The score from which a lead fits the profile; None where traits do not foretell success.
    """

    base_rate: float
    constant: float
    calibration: Calibration
    parts: tuple[Points, ...]
    familiarity: Familiarity
    ideal_from: float | None = None

    def without_traits(self) -> Scorecard:
        """Return the score for where traits foretell nothing: everybody's is the base rate."""
        alone = np.diag([float(self.calibration.covariance[0, 0]), 0.0])
        odds = self.base_rate / (1 - self.base_rate)
        return replace(self, constant=math.log(odds), calibration=Calibration(0.0, alone), ideal_from=None)

    def score(self, traits: Mapping[str, object], *, level: float = 0.9) -> Score:
        """Score a lead.

        Parameters
        ----------
        traits
            What is known of it, by trait; traits that the scorecard does not know are left aside.
        level
            Coverage of the interval.
        """
        codes = [part.levels.code(traits.get(part.levels.trait)) for part in self.parts]
        customer = Coded(np.array([codes], dtype=np.int64), tuple(len(part.points) for part in self.parts))
        low, high = self.intervals(customer, level=level)
        return Score(
            value=float(self.scores(customer)[0]), low=float(low[0]), high=float(high[0]),
            reasons=self.reasons(codes), unlike=self._unlike(traits, codes),
        )  # fmt: skip

    def scores(self, customers: Coded) -> Floats:
        """Return the scores of n customers by the levels of these traits, shape (n,)."""
        scores: Floats = expit(self.constant + self.calibration.slope * self.points(customers))
        return scores

    def intervals(self, customers: Coded, *, level: float = 0.9) -> tuple[Floats, Floats]:
        """Return the ends of the scores' intervals, shape (n,) each."""
        points = self.points(customers)
        found = self.constant + self.calibration.slope * points
        own = self.calibration.slope**2 * self._sum(
            [np.square(part.errors) for part in self.parts], customers
        )
        reach = ndtri((1 + level) / 2) * np.sqrt(self.calibration.reach(points) ** 2 + own)
        return expit(found - reach), expit(found + reach)

    def points(self, customers: Coded) -> Floats:
        """Return the points of n customers before calibration, shape (n,)."""
        return self._sum([part.points for part in self.parts], customers)

    def _sum(self, of_levels: Sequence[Iterable[float]], customers: Coded) -> Floats:
        """Sum up what belongs to the level of each trait, shape (n,)."""
        total = np.zeros(customers.n)
        for at, own in enumerate(of_levels):
            # The last two entries stand for -2, a level that nobody had, and -1, not known.
            total += np.array([*own, 0.0, 0.0])[customers.codes[:, at]]
        return total

    def reasons(self, codes: list[int]) -> tuple[Reason, ...]:
        """Return what moves the odds of one customer by 5 % or more, the strongest first."""
        slope = self.calibration.slope
        told = [
            Reason(part.levels.trait, part.levels.levels[code], math.exp(slope * part.points[code]))
            for part, code in zip(self.parts, codes, strict=True)
            if code >= 0 and abs(slope * part.points[code]) >= _LEAST_FACTOR
        ]
        return tuple(sorted(told, key=lambda reason: (-abs(math.log(reason.factor)), reason.trait)))

    def _unlike(self, traits: Mapping[str, object], codes: list[int]) -> tuple[str, ...]:
        """Say what of a lead has not been seen: a value, or a combination."""
        told = [
            f"no customer had {part.levels.trait} {traits[part.levels.trait]}"
            for part in self.parts
            if part.levels.trait in traits and not part.levels.seen(traits[part.levels.trait])
        ]
        if all(code == UNKNOWN for code in codes):
            return (*told, "none of its traits is known") if self.parts else tuple(told)
        if told:
            return tuple(told)
        row = np.array([[UNKNOWN if code == NEVER_SEEN else code for code in codes]], dtype=np.int64)
        surprises = self.familiarity.surprises(row)[0]
        if surprises.sum() >= self.familiarity.bar:
            return ()
        at = int(surprises.argmin())
        odd = [at, *([self.familiarity.parents[at]] if self.familiarity.parents[at] >= 0 else [])]
        named = [
            f"{self.parts[t].levels.trait} {self.parts[t].levels.levels[codes[t]]}"
            for t in odd
            if codes[t] >= 0
        ]
        return (f"hardly any customer had {' with '.join(named)} and its other traits",)

    def read(self, values: Mapping[str, Raw]) -> Coded:
        """Read the traits of many customers or leads into levels."""
        return coded([part.levels for part in self.parts], values)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, to be stored and read again by `from_json`."""
        return {
            "base_rate": self.base_rate,
            "constant": self.constant,
            "slope": self.calibration.slope,
            "covariance": self.calibration.covariance.tolist(),
            "traits": [
                part.levels.to_json() | {"points": list(part.points), "errors": list(part.errors)}
                for part in self.parts
            ],
            "familiarity": self.familiarity.to_json(),
            **({} if self.ideal_from is None else {"ideal_from": self.ideal_from}),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Scorecard:
        """Read what `to_json` wrote."""
        parts = tuple(
            Points(
                levels=TraitLevels.from_json(part), points=tuple(part["points"]), errors=tuple(part["errors"])
            )
            for part in told["traits"]
        )
        return cls(
            base_rate=told["base_rate"],
            constant=told["constant"],
            calibration=Calibration(told["slope"], np.array(told["covariance"], dtype=np.float64)),
            parts=parts,
            familiarity=Familiarity.from_json(told["familiarity"]),
            ideal_from=told.get("ideal_from"),
        )
