"""What customers achieved, in money, per customer and period that the outcomes cover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import ONE_DAY, as_date, beside, month_after, month_of
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import EXACT
from pricing_service.panel.described import Kpi, ValueColumn
from pricing_service.panel.facts import Facts

_PERIOD = ["customer_id", "period_start", "period_end"]


def dated_outcomes(checked: Checked, facts: Facts, as_of: date) -> Table:
    """Outcome rows up to `as_of` with the period that each covers: `period_start` and `period_end` (exclusive).

    A day is read as part of its month: the month's outcome is the sum of its days.
    """
    table = checked["outcomes"]
    table = table.filter(table.date <= as_of)
    start, end = month_of(table.date), month_after(table.date)
    if not facts.only_months:
        quarter, year = table.period == "quarter", table.period == "year"
        start = ibis.cases(
            (table.period_start.notnull(), table.period_start),
            (quarter, as_date(table.date.truncate("Q"))),
            (year, as_date(table.date.truncate("Y"))),
            else_=start,
        )
        end = ibis.cases(
            (table.period_end.notnull(), table.period_end),
            (quarter, as_date(table.date.truncate("Q") + ibis.interval(months=3))),
            (year, as_date(table.date.truncate("Y") + ibis.interval(years=1))),
            else_=end,
        )
    return table.mutate(period_start=start, period_end=end, month=month_of(table.date))


def achieved(
    outcomes: Table, kpis: Sequence[Kpi], columns: Sequence[ValueColumn], goals: Table | None
) -> Table:
    """Money by customer and period: one exact column per value column, null where that KPI was not reported.

    For `outcomes` with foreign money, whose rate may be unknown, `kpis` must not say that every row gives its
    value (`share_given` below 1).
    """
    by_name = {kpi.kpi: kpi for kpi in kpis}
    sums: dict[str, Column] = {"first_date": outcomes.date.min(), "last_date": outcomes.date.max()}
    for i, column in enumerate(columns):
        its = (outcomes.kpi == column.kpi) & (
            outcomes.metric.isnull() if column.metric is None else outcomes.metric == column.metric
        )
        sums |= sums_of(outcomes, i, its, by_name[column.kpi])
    summed = outcomes.group_by(_PERIOD).agg(**sums)
    for i, column in enumerate(columns):
        if by_name[column.kpi].direction == "down":
            summed = _with_baseline(summed, i, column, goals)
    money = {column.column: money_of(summed, i, by_name[column.kpi]) for i, column in enumerate(columns)}
    return summed.select(*_PERIOD, "first_date", "last_date", **money)


def sums_of(outcomes: Table, i: int, its: Column, kpi: Kpi) -> dict[str, Column]:
    """Return the sums that the money of one column is made of; those that are surely null are left out."""
    sums = {}
    if kpi.share_given > 0:
        sums[f"_{i}_given"] = outcomes.value.sum(where=its)
        its_bare = its & outcomes.value.isnull()
    else:
        its_bare = its
    if kpi.share_given > 0 or kpi.direction == "down":
        sums[f"_{i}_bare_rows"] = its_bare.sum()
    if kpi.share_given < 1:
        sums[f"_{i}_bare"] = outcomes.amount.sum(where=its_bare)
    if kpi.direction == "down":
        sums[f"_{i}_amount"] = outcomes.amount.sum(where=its)
    return sums


def money_of(summed: Table, i: int, kpi: Kpi) -> Column:
    """Return the exact money of the sums of column `i`; null where nothing was reported or money is missing."""
    if kpi.direction == "down":
        return _fall(summed, i, kpi)
    given = summed[f"_{i}_given"].cast(EXACT) if kpi.share_given > 0 else None
    if kpi.share_given == 1:
        assert given is not None
        return given
    if (
        kpi.value_per_unit is None
    ):  # some rows state their money, the others cannot: unknown, not a partial sum
        return (ibis.coalesce(summed[f"_{i}_bare_rows"], 0) == 0).ifelse(given, ibis.null(EXACT))
    rated = (summed[f"_{i}_bare"].cast("float64") * kpi.value_per_unit).round(6).cast(EXACT)
    if given is None:
        return rated
    both = ibis.coalesce(given, 0) + ibis.coalesce(rated, 0)
    return (given.isnull() & rated.isnull()).ifelse(ibis.null(EXACT), both.cast(EXACT))


def _fall(summed: Table, i: int, kpi: Kpi) -> Column:
    """Money saved: the fall below the baseline times the value of one unit, the outcomes' own where they say it."""
    amount = summed[f"_{i}_amount"]
    per_unit = ibis.literal(kpi.value_per_unit, "float64")
    if kpi.share_given > 0:
        all_given = (ibis.coalesce(summed[f"_{i}_bare_rows"], 0) == 0) & (amount != 0)
        own = summed[f"_{i}_given"].cast("float64") / amount.cast("float64").nullif(0)
        per_unit = all_given.ifelse(own, per_unit)
    fall = (summed[f"_{i}_baseline"] - amount).cast("float64")
    return (fall * per_unit).round(6).cast(EXACT)


def _with_baseline(summed: Table, i: int, column: ValueColumn, goals: Table | None) -> Table:
    """Add the baseline of the customer's latest goal that starts before the period ends."""
    name = f"_{i}_baseline"
    if goals is None or column.metric is not None:
        return summed.mutate(**{name: ibis.null("decimal(18, 6)")})
    its = goals.filter(goals.kpi == column.kpi).select(
        goal_customer="customer_id", baseline="baseline", begins="start"
    )
    pairs = summed.select(*_PERIOD).join(
        its, [summed.customer_id == its.goal_customer, summed.period_end > its.begins]
    )
    latest = pairs.group_by(_PERIOD).agg(**{name: pairs.baseline.argmax(pairs.begins)})
    return beside(summed, (latest, _PERIOD))


def until_complete(achieved_: Table, columns: Sequence[ValueColumn], as_of: date) -> Table:
    """Periods that `as_of` does not cut and in which some KPI became money."""
    complete = achieved_.filter(achieved_.period_end <= as_of + ONE_DAY)
    if not columns:
        return complete
    return complete.filter(ibis.or_(*(complete[column.column].notnull() for column in columns)))


def apart(complete: Table, columns: Sequence[ValueColumn]) -> Table:
    """Periods that never overlap within a customer: overlapping ones become their union and add up.

    Periods that only touch stay apart. A KPI that was reported for a part of the union only counts as not
    reported for it: a sum over a part of the time would pass for the whole.
    """
    order = ibis.window(group_by="customer_id", order_by=["period_start", "period_end"], rows=(None, -1))
    earlier = complete.period_end.max().over(order)
    opens = complete.mutate(opens=(earlier.isnull() | (complete.period_start >= earlier)).cast("int64"))
    so_far = ibis.cumulative_window(group_by="customer_id", order_by=["period_start", "period_end"])
    told = opens.mutate(
        island=opens.opens.sum().over(so_far), length=opens.period_end.delta(opens.period_start, unit="day")
    )
    union = told.group_by("customer_id", "island").agg(
        period_start=told.period_start.min(),
        period_end=told.period_end.max(),
        **{c.column: told[c.column].sum() for c in columns},
        **{f"_{c.column}_days": told.length.sum(where=told[c.column].notnull()) for c in columns},
    )
    days = union.period_end.delta(union.period_start, unit="day")
    whole = {
        c.column: (union[f"_{c.column}_days"] >= days).ifelse(union[c.column], ibis.null(EXACT))
        for c in columns
    }
    return union.select(*_PERIOD, **whole)
