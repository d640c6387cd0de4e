"""The customer-months that pay, read once: what was known in each, what followed, and who pays today."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Estimate
from models.retention.customer_months import CustomerMonths
from models.retention.ledger import Ints
from pricing_service.decisions._growth_covariates import KEYS, customer_months
from pricing_service.panel import StoredPanel

_KNOWN = 0.5
"""Share of customer-months of which a covariate must be known to be looked at."""
_LATER = 0.25
"""Share of the months that are kept for trying what the earlier ones taught."""

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
class PaidMonths:
    """Customer-months that pay, in order of customer and month.

    Parameters
    ----------
    ids
        Of customers, sorted.
    customer, place, age
        Shape (m,): whose month it is, which, counted from the first, and months since signing up.
    mrr, next_mrr
        Shape (m,): what it pays a month at its end and a month later, money; 0 where it is gone.
    covariates, names
        Shape (m, k), gaps filled with the mean, and their names.
    """

    ids: list[str]
    customer: Ints
    place: Ints
    age: Ints
    mrr: Floats
    next_mrr: Floats
    covariates: Floats
    names: tuple[str, ...]

    @classmethod
    def of(cls, panel: StoredPanel) -> PaidMonths:
        """Read them."""
        told = customer_months(panel).to_pyarrow()
        coded = told["customer_id"].combine_chunks().dictionary_encode()
        customer = np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        names, x = _covariates(told)
        mrr, next_mrr = (np.asarray(told[name].to_numpy(), dtype=np.float64) for name in ("mrr", "next_mrr"))
        place, age = (np.asarray(told[name].to_numpy(), dtype=np.int64) for name in ("place", "age"))
        return cls(
            coded.dictionary.to_pylist(), customer, place, np.maximum(age, 0), mrr, next_mrr, covariates=x, names=names
        )  # fmt: skip

    @property
    def today(self) -> NDArray[np.bool_]:
        """Shape (m,): the latest month of each customer who pays today: nobody knows yet what follows."""
        latest: NDArray[np.bool_] = self.place == self.place.max(initial=-1)
        return latest

    def today_ids(self) -> list[str]:
        """Return the ids of who pays today, in order."""
        return [self.ids[at] for at in self.customer[self.today].tolist()]

    @property
    def gone(self) -> NDArray[np.bool_]:
        """Shape (m,): which months were the customer's last."""
        gone: NDArray[np.bool_] = self.next_mrr <= 0
        return gone

    def later(self) -> NDArray[np.bool_]:
        """Return which months are kept for trying what the earlier ones taught."""
        past = self.place[~self.today]
        return self.place >= (int(np.quantile(past, 1 - _LATER)) if past.size else 0)

    def months(self, ended: Ints, chosen: NDArray[np.bool_]) -> CustomerMonths:
        """Return chosen months with how each of all months ended."""
        ends, age, x, customer = (each[chosen] for each in (ended, self.age, self.covariates, self.customer))
        return CustomerMonths(ended=ends, age=age, covariates=x, customer=customer, names=self.names)


def in_words(name: str) -> str:
    """Say what a unit of a covariate is."""
    kind, _, metric = name.partition(":")
    return WORDS[kind].format(metric=metric)


def apart_from_none(log_odds: Estimate) -> bool:
    """Return whether the interval leaves out 0."""
    low, high = log_odds.low, log_odds.high
    return low is not None and high is not None and (low > 0 or high < 0)


def odds_ratio(log_odds: Estimate) -> Estimate:
    """Return the ratio of odds that a difference of log odds is."""
    if log_odds.value is None or log_odds.low is None or log_odds.high is None:
        return replace(log_odds, unit="ratio")
    value, low, high = (float(np.exp(end)) for end in (log_odds.value, log_odds.low, log_odds.high))
    return replace(log_odds, unit="ratio", value=value, low=low, high=high)


def effects_in_words(found: dict[str, Estimate], strict: dict[str, Estimate]) -> list[dict[str, object]]:
    """Return effects as ratios of odds; `strict` are the same with corrected intervals: which stand out."""
    return [
        {
            "covariate": name,
            "words": in_words(name),
            "odds_ratio": odds_ratio(each).to_json(),
            "stands_out": apart_from_none(strict[name]),
        }
        for name, each in found.items()
    ]


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
