"""Stated → real: by how much people overstate what they would pay, by the form of the question.

Notation
--------
β_f : log of stated ÷ real willingness to pay where the question has form f (`FORMATS`)
β ~ N(m, C) : before our own pairs from the literature, after them by Bayes' rule

The prior. Schmidt & Bijmolt (2020, 115 effects in 77 studies): stated exceeds real by 21 % on average, and
indirect questions exceed direct ones by 9 % (1.40 ÷ 1.28 and 1.07 ÷ 0.98). Murphy et al. (2003, 28 studies):
median ratio 1.35, skewed to the right; Kanya et al. (2019, health): pooled 1.79. A standard deviation of 0.25
puts 90 % of companies between 0.80 and 1.83 times the truth, which holds all of these. Most of it is common to
both forms: whoever exaggerates in one survey exaggerates in the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.willingness.beliefs import Belief

Format = Literal["direct", "indirect"]
FORMATS: tuple[Format, ...] = ("direct", "indirect")
"""``direct``: a price is asked for or shown alone; ``indirect``: it is one attribute of a choice."""
_AVERAGE, _INDIRECT_OVER_DIRECT = np.log(1.21), (np.log(1.40 / 1.28) + np.log(1.07 / 0.98)) / 2
_COMMON_SD, _OWN_SD = 0.22, 0.12  # together 0.25


@dataclass(frozen=True)
class Bias:
    """What is believed of the log bias of each form of question.

    `mean` has shape (f,) and `covariance` (f, f), in the order of `FORMATS`.

    Examples
    --------
    >>> prior = Bias.from_literature()
    >>> {form: round(prior.of(form).median, 2) for form in FORMATS}
    {'direct': 1.16, 'indirect': 1.26}
    """

    mean: Floats
    covariance: Floats

    @classmethod
    def from_literature(cls) -> Bias:
        """Return the prior that the meta-analyses support."""
        half = _INDIRECT_OVER_DIRECT / 2
        mean = np.array([_AVERAGE - half, _AVERAGE + half])
        return cls(mean, np.full((2, 2), _COMMON_SD**2) + _OWN_SD**2 * np.eye(2))

    @classmethod
    def fixed(cls, factor: float) -> Bias:
        """Return the bias of a caller who knows it: 1 takes stated prices at face value.

        Raises
        ------
        InvalidInput
            Unless `factor` is finite and > 0.
        """
        if not (np.isfinite(factor) and factor > 0):
            raise InvalidInput(f"the factor must be finite and > 0, got {factor}")
        return cls(np.full(2, np.log(factor)), np.zeros((2, 2)))

    @property
    def is_fixed(self) -> bool:
        """Whether the bias is taken as known."""
        return not self.covariance.any()

    def of(self, form: Format) -> Belief:
        """Return the belief about one form's bias."""
        at = FORMATS.index(form)
        return Belief(float(self.mean[at]), float(np.sqrt(self.covariance[at, at])))

    def estimates(self, *, level: float = 0.9, n: int = 0) -> Mapping[Format, Estimate]:
        """Return each form's bias as a factor, stated ÷ real."""
        label = Label(unit="ratio", method="stated ÷ real willingness to pay", level=level)
        return {form: self.of(form).estimate(label, n=n) for form in FORMATS}
