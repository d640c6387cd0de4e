"""Who reports outcomes: weights that make the customers who report stand for those who do not.

Customers who report are not like those who don't. If reporting depends only on what is known of everybody
(size, plan, tenure, churned or active, traits), weighting each reporter by one over its probability of
reporting undoes the selection (Horvitz & Thompson 1952). If it depends on the value itself, nothing in the
data can tell: then only the sensitivity, with non-reporters at a fraction of the modelled value, is honest.

Notation
--------
N : customers in the book      p : traits      X : (N, p + 1) traits, standardised, and a constant
r : (N,) 1 where a customer reports            π : (N,) its probability of reporting
β : logistic coefficients, with a normal prior of standard deviation `_PRIOR_SD` on all but the constant
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput

_PRIOR_SD = 1.0  # a trait one standard deviation up multiplies the odds by less than e² with 95 % probability
_STEPS = 25
_LARGEST_WEIGHT = 8.0  # times the mean weight: beyond it one customer would speak for a crowd


@dataclass(frozen=True)
class Reporting:
    """A fitted model of who reports.

    Parameters
    ----------
    design
        Shape (N, p + 1): standardised traits and a constant.
    reported
        Shape (N,): 1 where the customer reports, else 0.
    coefficients
        Shape (p + 1,): the penalised fit.

    Examples
    --------
    >>> size = np.linspace(-1, 1, 200)[:, None]
    >>> model = Reporting.fit(size, (size[:, 0] > -0.5).astype(float))
    >>> bool(model.probability()[0] < model.probability()[-1])
    True
    """

    design: Floats
    reported: Floats
    coefficients: Floats

    @classmethod
    def fit(cls, traits: Floats, reported: Floats) -> Reporting:
        """Fit the logistic regression of reporting on traits.

        Parameters
        ----------
        traits
            Shape (N, p), p ≥ 0, finite; constant columns are ignored.
        reported
            Shape (N,), 0 or 1, at least one 1.

        Raises
        ------
        InvalidInput
            If nobody reports or the shapes differ.
        """
        if traits.shape[0] != reported.size:
            raise InvalidInput(
                f"traits must have one row per customer: {traits.shape[0]} against {reported.size}"
            )
        if not reported.any():
            raise InvalidInput("nobody reports outcomes: there is nothing to weight")
        spread = traits.std(axis=0)
        kept = spread > 1e-12
        standardised = (traits[:, kept] - traits[:, kept].mean(axis=0)) / spread[kept]
        design = np.column_stack([standardised, np.ones(reported.size)])
        coefficients = np.zeros(design.shape[1])
        coefficients[-1] = _logit(min(max(reported.mean(), 0.5 / reported.size), 1 - 0.5 / reported.size))
        model = cls(design, reported, coefficients)
        if reported.all():
            return model
        ones = np.ones((1, reported.size))
        for _ in range(_STEPS):
            step = model._newton_step(ones)[0]
            model = cls(design, reported, model.coefficients + step)
            if np.abs(step).max() < 1e-10:
                break
        return model

    @property
    def everybody(self) -> bool:
        """Whether all customers report, so that there is nothing to correct."""
        return bool(self.reported.all())

    def probability(self) -> Floats:
        """Return π, shape (N,)."""
        return _expit(self.design @ self.coefficients)

    def _newton_step(self, weights: Floats) -> Floats:
        """Return one Newton step from the present coefficients for each row of weights (B, N)."""
        chance = self.probability()
        precision = np.full(self.design.shape[1], 1 / _PRIOR_SD**2)
        precision[-1] = 0.0
        gradient = weights @ (self.design * (self.reported - chance)[:, None]) - precision * self.coefficients
        curvature = self.design * (chance * (1 - chance))[:, None]
        p = self.design.shape[1]
        outer = (curvature[:, :, None] * self.design[:, None, :]).reshape(-1, p * p)
        information = (weights @ outer).reshape(-1, p, p) + np.diag(precision + 1e-9)
        steps = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        return np.asarray(steps, dtype=np.float64)

    def chances(self, weights: Floats) -> Floats:
        """Return the probability of reporting of each reporter, refitted for each row of weights.

        One Newton step from the whole sample's fit stands for a full refit: the error is of second order.

        Parameters
        ----------
        weights
            Shape (B, N): how often each customer counts.

        Returns
        -------
        Shape (B, n) over the n reporters, in (0, 1].
        """
        reporters = self.reported > 0
        if self.everybody:
            return np.ones((weights.shape[0], int(reporters.sum())))
        coefficients = self.coefficients + self._newton_step(weights)
        return _expit(coefficients @ self.design[reporters].T)

    def weights(self, weights: Floats) -> Floats:
        """Return the weights (B, n) with which the reporters stand for the whole book.

        They are capped at eight times their mean, which trades a little bias for much variance.
        """
        reporters = self.reported > 0
        raw = weights[:, reporters] / self.chances(weights)
        return _capped(raw, weights[:, reporters])

    def odds_of_silence(self, weights: Floats) -> Floats:
        """Return the weights (B, n) with which the reporters stand for the silent: (1 - π) / π."""
        reporters = self.reported > 0
        chances = self.chances(weights)
        raw = weights[:, reporters] * (1 - chances) / chances
        return _capped(raw, weights[:, reporters])


def _capped(raw: Floats, counts: Floats) -> Floats:
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    ceiling = _LARGEST_WEIGHT * raw.sum(axis=1, keepdims=True) / total
    capped: Floats = np.minimum(raw, np.maximum(counts, 1) * ceiling)
    return capped


def _expit(logits: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return chances


def _logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))
