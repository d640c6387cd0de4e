"""What the panel's columns mean: metrics, KPIs and value columns as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Metric:
    """A candidate value metric and the column that carries its units.

    `metric` is the name to the letter; `column` is its column in `months` and `periods`. A flow counts units per
    month; a stock counts units held, so that its sum over months is in unit-months. `aggregate` is how the
    rows of one month become one number. `declared` is false for a metric that only `usage` knows, `recorded` for
    one that `usage` has no row of: its units are unknown everywhere. `first_recorded` is the day of its first row, the
    panel's last day where no row has a date, None without a row up to then.
    """

    metric: str
    column: str
    kind: str
    aggregate: str
    unit_name: str | None = None
    unit_cost: float | None = None
    product: str | None = None
    declared: bool = True
    recorded: bool = True
    first_recorded: date | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kpi:
    """A KPI that customers judge success by, and whether its money counts.

    `monetised` says whether the panel can turn it into money; if not, `why_not` says what is missing.
    `counted` is false where it drives another monetised KPI: its money is shown, but never added again.
    `share_given` is the share of outcome rows that state their money themselves, so that the uncertainty of
    `value_per_unit` does not touch them.
    """

    kpi: str
    kind: str | None = None
    value_per_unit: float | None = None
    value_per_unit_sd: float | None = None
    attribution: float | None = None
    attribution_sd: float | None = None
    drives: str | None = None
    direction: str = "up"
    monetised: bool = False
    why_not: str | None = None
    counted: bool = False
    share_given: float = 0.0


@dataclass(frozen=True)
class ValueColumn:
    """A column of `periods`: the money of one KPI, in all (`metric` is None) or for one metric alone.

    `dated` is false for money that is known as a sum a month for all months, not month by month: that some of it
    falls on months without units means nothing.
    """

    kpi: str
    metric: str | None
    column: str
    dated: bool = True
