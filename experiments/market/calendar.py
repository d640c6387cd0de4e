"""Months as numpy dates, so that no clock is asked for today."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Dates = NDArray[np.datetime64]

LAST_MONTH = "2026-06"


def history_months(months: int, last_month: str) -> Dates:
    """(months,) calendar months that end with `last_month` (``YYYY-MM``).

    Examples
    --------
    >>> [str(month) for month in history_months(2, "2026-06")]
    ['2026-05', '2026-06']
    """
    last = np.datetime64(last_month, "M")
    return last - np.arange(months - 1, -1, -1)


def first_days(months: Dates) -> Dates:
    """Return the first day of each month."""
    return months.astype("datetime64[D]")


def last_days(months: Dates) -> Dates:
    """Return the last day of each month."""
    return (months + 1).astype("datetime64[D]") - 1
