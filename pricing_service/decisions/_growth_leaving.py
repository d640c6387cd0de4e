"""What foretells leaving: chances by month from what was known of customers, tried on the months that came later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate
from models.retention.calibration import calibration
from models.retention.customer_months import CustomerMonths
from models.retention.hazard import Hazard, HazardFit
from models.retention.ledger import Ints
from pricing_service.decisions._growth_covariates import KEYS, customer_months
from pricing_service.panel import StoredPanel

_KNOWN = 0.5
"""Share of customer-months of which a covariate must be known to be looked at."""
_LATER = 0.25
"""Share of the months that are kept for trying what the earlier ones taught."""
_FEWEST_LEFT = 10

WORDS = {
    "bill": "twice the bill",
    "raised": "a raise of price within three months",
    "idle": "a month without any use",
    "value": "twice the value for the money",
    "opinion": "a point more in the latest opinion (0-10)",
    "milestones": "one more milestone reached",
    "use": "half the {metric} of three months before",
}


@dataclass(frozen=True, eq=False)
class Leaving:
    """Customer-months that pay, what was known in them, and whether they were the last.

    Parameters
    ----------
    months
        Covariates, ages, whose month it is, and whether the customer was gone a month later; the latest month of each
        customer who pays today is not among them.
    place
        Shape (m,): the month of each, counted from the first.
    now
        Of who pays today: ids, ages (q,) and covariates (q, k).
    level
        Of intervals.
    """

    months: CustomerMonths
    place: Ints
    now: tuple[list[str], Ints, Floats]
    level: float

    @classmethod
    def of(cls, panel: StoredPanel, *, level: float) -> Leaving:
        """Read them.

        Raises
        ------
        NotEstimable
            ``too_few_left`` below ten departures.
        """
        told = customer_months(panel).to_pyarrow()
        coded = told["customer_id"].combine_chunks().dictionary_encode()
        ids = np.array(coded.dictionary.to_pylist(), dtype=object)
        customer = np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        place = np.asarray(told["place"].to_numpy(), dtype=np.int64)
        today = place == place.max(initial=-1)
        left = np.asarray(told["gone"].to_numpy(zero_copy_only=False), dtype=np.bool_)
        gone = int(left[~today].sum())
        if gone < _FEWEST_LEFT:
            text = f"what foretells leaving needs {_FEWEST_LEFT} customers who left, there are {gone}"
            raise NotEstimable("too_few_left", text)
        names, x = _covariates(told)
        age = np.maximum(np.asarray(told["age"].to_numpy(), dtype=np.int64), 0)
        months = CustomerMonths(
            ended=left[~today], age=age[~today], covariates=x[~today], customer=customer[~today], names=names
        )
        return cls(months, place[~today], (ids[customer[today]].tolist(), age[today], x[today]), level)

    @cached_property
    def fit(self) -> HazardFit:
        """All months' lesson."""
        return Hazard().fit(self.months)

    def to_json(self) -> dict[str, Any]:
        """Return effects as ratios of odds, and how chances came true that earlier months taught.

        An effect stands out where its interval, corrected for how many are looked at (Bonferroni), leaves out none.
        """
        found = self.fit.effects(level=self.level)
        strict = self.fit.effects(level=1 - (1 - self.level) / max(len(found), 1))
        effects = [
            {
                "covariate": name,
                "words": _in_words(name),
                "odds_ratio": _ratio(each).to_json(),
                "stands_out": _apart_from_none(strict[name]),
            }
            for name, each in found.items()
        ]
        return {
            "customer_months": len(self.months),
            "left": int(np.asarray(self.months.ended).sum()),
            "effects": effects,
            "out_of_time": self._tried(),
        }

    def _tried(self) -> dict[str, Any]:
        first = int(np.quantile(self.place, 1 - _LATER))
        early = self.place < first
        try:
            taught = Hazard().fit(self._part(early))
            later = self._part(~early)
            told = calibration(
                taught.chances(later.age, later.covariates), later.ended, groups=5, level=self.level
            )
        except NotEstimable as refusal:
            ratio = Estimate.refused(refusal, unit="ratio", level=self.level)
            return {"observed_to_expected": ratio.to_json(), "groups": []}
        groups = [{"expected": each.expected, "observed": each.observed.to_json()} for each in told.groups]
        return {"observed_to_expected": told.observed_to_expected.to_json(), "groups": groups}

    def _part(self, chosen: NDArray[np.bool_]) -> CustomerMonths:
        ended, age, x, customer = (
            np.asarray(each)[chosen]
            for each in (self.months.ended, self.months.age, self.months.covariates, self.months.customer)
        )
        return CustomerMonths(ended=ended, age=age, covariates=x, customer=customer, names=self.months.names)

    def rows(self) -> Mapping[str, list[Any]]:
        """Return the chance of leaving next month of each customer who pays today."""
        ids, age, x = self.now
        return {"customer_id": ids, "chance_of_leaving": self.fit.chances(age, x).tolist()}


def _in_words(name: str) -> str:
    kind, _, metric = name.partition(":")
    return WORDS[kind].format(metric=metric)


def _apart_from_none(log_odds: Estimate) -> bool:
    low, high = log_odds.low, log_odds.high
    return low is not None and high is not None and (low > 0 or high < 0)


def _ratio(log_odds: Estimate) -> Estimate:
    """Return the ratio of odds that a difference of log odds is."""
    if log_odds.value is None or log_odds.low is None or log_odds.high is None:
        return replace(log_odds, unit="ratio")
    value, low, high = (float(np.exp(end)) for end in (log_odds.value, log_odds.low, log_odds.high))
    return replace(log_odds, unit="ratio", value=value, low=low, high=high)


def _covariates(told: pa.Table) -> tuple[tuple[str, ...], Floats]:
    """Return those that are known often enough, gaps filled with the mean, (m, k), and their names."""
    names, columns = [], []
    for name in told.column_names:
        if name in KEYS:
            continue
        values = np.asarray(told[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        known = np.isfinite(values)
        if known.mean() >= _KNOWN and np.ptp(values[known]) > 0:
            names.append(name)
            columns.append(np.where(known, values, values[known].mean()))
    return tuple(names), np.column_stack(columns) if columns else np.zeros((told.num_rows, 0))
