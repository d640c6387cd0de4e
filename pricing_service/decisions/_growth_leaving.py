"""What foretells leaving: chances by month from what was known of customers, tried on the months that came later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate
from models.retention.calibration import Calibration, calibration
from models.retention.customer_months import CustomerMonths, bands_with_ends
from models.retention.hazard import Hazard, HazardFit
from pricing_service.decisions._growth_months import PaidMonths, apart_from_none, effects_in_words

FEWEST_LEFT = 10


@dataclass(frozen=True, eq=False)
class Leaving:
    """Customer-months that pay, and whether they were the last.

    Parameters
    ----------
    paid
        The months; the latest of each customer who pays today teaches nothing yet.
    months
        Those of which it is known what followed.
    fit
        Their lesson.
    level
        Of intervals.
    """

    paid: PaidMonths
    months: CustomerMonths
    fit: HazardFit
    level: float

    @classmethod
    def of(cls, paid: PaidMonths, *, level: float) -> Leaving:
        """Take them.

        Raises
        ------
        NotEstimable
            ``too_few_left`` below ten departures; ``history_too_short`` or ``insufficient_customers``.
        """
        gone = int(paid.gone[~paid.today].sum())
        if gone < FEWEST_LEFT:
            text = f"what foretells leaving needs {FEWEST_LEFT} customers who left, there are {gone}"
            raise NotEstimable("too_few_left", text)
        months = paid.months(paid.gone.astype(np.int64), ~paid.today)
        return cls(paid, months, taught(months), level)

    def to_json(self) -> dict[str, Any]:
        """Return effects as ratios of odds, and how chances came true that earlier months taught.

        An effect stands out where its interval, corrected for how many are looked at (Bonferroni), leaves out none.
        """
        found = self.fit.effects(level=self.level)
        strict = self.fit.effects(level=1 - (1 - self.level) / max(len(found), 1))
        return {
            "customer_months": len(self.months),
            "left": int(np.asarray(self.months.ended).sum()),
            "effects": effects_in_words(found, strict),
            "out_of_time": self._tried(),
        }

    def _tried(self) -> dict[str, Any]:
        past, late, ended = ~self.paid.today, self.paid.later(), self.paid.gone.astype(np.int64)
        try:
            fit = taught(self.paid.months(ended, past & ~late))
            later = self.paid.months(ended, past & late)
            chances = fit.chances(later.age, later.covariates)
            told = calibration(chances, later.ended, groups=5, level=self.level)
        except NotEstimable as refusal:
            return untried(refusal, self.level)
        return tried(told)

    def effect_of_value(self) -> tuple[Estimate, Floats] | None:
        """Return the log odds of leaving that twice the value for the money makes, and today's chances of leaving.

        None where it does not stand out among all effects.
        """
        strict = self.fit.effects(level=1 - (1 - self.level) / max(len(self.paid.names), 1))
        if "value" not in strict or not apart_from_none(strict["value"]):
            return None
        return self.fit.effects(level=self.level)["value"], np.array(self.chances())

    def chances(self) -> list[float]:
        """Return the chance of leaving next month of each customer who pays today, in order of their ids."""
        now = self.paid.today
        found: list[float] = self.fit.chances(self.paid.age[now], self.paid.covariates[now]).tolist()
        return found


def taught(months: CustomerMonths) -> HazardFit:
    """Fit the hazard, with a level for each band of ages in which enough have left."""
    return Hazard(bands=bands_with_ends(months)).fit(months)


def tried(told: Calibration) -> dict[str, Any]:
    """Return how chances came true."""
    groups = [{"expected": each.expected, "observed": each.observed.to_json()} for each in told.groups]
    return {"observed_to_expected": told.observed_to_expected.to_json(), "groups": groups}


def untried(refusal: NotEstimable, level: float) -> dict[str, Any]:
    """Return the same where nothing could be tried."""
    ratio = Estimate.refused(refusal, unit="ratio", level=level)
    return {"observed_to_expected": ratio.to_json(), "groups": []}
