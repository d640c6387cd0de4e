"""A raised customer's own evidence, for the letter that tells it: what it achieved then and now, and what it got since.

Only what the customer itself reported or was given stands here; now is the latest year since its price was last set,
then the year before that, or the first year that it reported where it reported nothing before. Nothing is drawn towards
other customers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Column, Table

from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._judged import judgement_of
from pricing_service.decisions._raise_contracts import months_later
from pricing_service.decisions._raise_features import Features
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import days_between, in_months, months_between

RELEASED = "released:"
"""Begins the reason code of a raise that is tied to a release."""
BEFORE_PRICE, FIRST_YEAR = "before_price", "first_year"
_YEAR = 12
_FEWEST = 3.0
"""Months that have to be reported before they are told as a mean."""
_PERIODS = {"day": 1 / 30.4375, "month": 1.0, "quarter": 3.0, "year": 12.0}
Rows = Mapping[str, Sequence[Any]]


def with_evidence(panel: StoredPanel, rows: Rows, study: RaiseStudy, features: Features) -> Rows:
    """Return rows with each customer's name, when its price was set, what it achieved, and what it got since."""
    customers = study.customers
    raised = [bool(share) for share in rows["raise"]]
    since = {
        each: day
        for each, day, yes in zip(customers.ids, customers.since, raised, strict=True)
        if yes and day is not None
    }
    releases = [
        features.since(each, contract.plan, priced=priced, effective=day)
        for each, contract, priced, day in zip(
            customers.ids, customers.contracts, customers.since, study.effective, strict=True
        )
    ]
    named = [each for each, yes in zip(customers.ids, raised, strict=True) if yes]
    names, before = _names(panel), _value_before(panel, named, since)
    achieved, periods = _achieved(panel, named, since)
    tied = [
        [f"{RELEASED}{each['feature']}" for each in its if yes and each["value"] is not None]
        for its, yes in zip(releases, raised, strict=True)
    ]
    return dict(rows) | {
        "reasons": [[*codes, *more] for codes, more in zip(rows["reasons"], tied, strict=True)],
        "name": [names.get(each) for each in customers.ids],
        "priced_on": [None if day is None else day.isoformat() for day in customers.since],
        "value_then": [before.get(each) for each in customers.ids],
        "achieved": [achieved.get(each, []) for each in customers.ids],
        "then_is": [periods.get(each) for each in customers.ids],
        "releases": releases,
    }


def _names(panel: StoredPanel) -> dict[str, str]:
    tables = contract_tables(panel)
    if "customers" not in tables:
        return {}
    rows = tables["customers"].select("customer_id", "name").to_pyarrow().to_pylist()
    return {row["customer_id"]: row["name"] for row in rows if row["name"]}


def _asked(customers: Sequence[str], since: Mapping[str, date], today: date) -> Table:
    """Return a table of customers, when each price was set, and from when on it is now."""
    year_ago = months_later(today + timedelta(days=1), -_YEAR)
    days = [since.get(each) for each in customers]
    told = pa.table(
        {
            "who": pa.array(list(customers), pa.string()),
            "priced": pa.array(days, pa.date32()),
            "later": pa.array([year_ago if day is None else max(day, year_ago) for day in days], pa.date32()),
        }
    )
    return ibis.memtable(told)


def _then(joined: Table, begins: Column) -> Column:
    """Return which rows are then: in the year before the price was set, else in the first year of all."""
    first = begins.min().over(group_by="who")
    year_before = (begins < joined.priced) & (months_between(begins, joined.priced) <= _YEAR)
    first_year = (months_between(first, begins) < _YEAR) & (begins < joined.later)
    return ibis.ifelse(ibis.coalesce(first < joined.priced, False), year_before, first_year)


def _value_before(panel: StoredPanel, customers: list[str], since: Mapping[str, date]) -> dict[str, float]:
    """Return value a month then, as reported, net of what is not owed to us."""
    if not customers or not panel.values:
        return {}
    judged = {kpi.kpi: judgement_of(kpi).mean for kpi in panel.kpis if kpi.counted}
    counted = [each for each in panel.values if each.kpi in judged]
    if not counted:
        return {}
    periods = panel.connect().table("periods")
    value = sum(
        (ibis.coalesce(periods[each.column], 0.0) * judged[each.kpi] for each in counted), ibis.literal(0.0)
    )
    each = periods.filter(ibis.or_(*(periods[one.column].notnull() for one in counted)))
    told = each.select("customer_id", "period_start", "months", value=value)
    asked = _asked(customers, since, panel.as_of)
    joined = told.inner_join(asked, told.customer_id == asked.who)
    marked = joined.mutate(counts=_then(joined, joined.period_start))
    then = marked.filter(marked.counts)
    sums = then.group_by("customer_id").agg(value=then.value.sum(), months=then.months.cast("float64").sum())
    rows = sums.to_pyarrow().to_pylist()
    return {row["customer_id"]: row["value"] / row["months"] for row in rows if row["months"] >= _FEWEST}


def _achieved(
    panel: StoredPanel, customers: list[str], since: Mapping[str, date]
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, str]]:
    """Return each KPI of a customer, a month, now and then (None: unknown), in its own unit; and when then is."""
    tables = contract_tables(panel)
    if not customers or "outcomes" not in tables:
        return {}, {}
    outcomes = tables["outcomes"]
    told = outcomes.filter(outcomes.date <= panel.as_of)
    begins = ibis.coalesce(told.period_start, _begin(told))
    length = ibis.coalesce(
        ibis.cases(*((told.period == name, months) for name, months in _PERIODS.items())),
        in_months(days_between(told.period_start, told.period_end)),
    )
    each = told.select("customer_id", "kpi", amount=told.amount.cast("float64"), begins=begins, months=length)
    # One period may have a row for each metric or unit: amounts add up, its months do not.
    whole = each.group_by("customer_id", "kpi", "begins").agg(
        amount=each.amount.sum(), months=each.months.max()
    )
    asked = _asked(customers, since, panel.as_of)
    joined = whole.inner_join(asked, whole.customer_id == asked.who)
    joined = joined.mutate(is_then=_then(joined, joined.begins), early=joined.begins < joined.priced)
    now, then = joined.begins >= joined.later, joined.is_then
    sums = joined.group_by("customer_id", "kpi").agg(
        now=joined.amount.sum(where=now), now_months=joined.months.sum(where=now),
        then=joined.amount.sum(where=then), then_months=joined.months.sum(where=then), early=joined.early.any(),
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    periods: dict[str, str] = {}
    for row in sums.order_by("customer_id", "kpi").to_pyarrow().to_pylist():
        latest, earlier = (_mean(row[name], row[f"{name}_months"]) for name in ("now", "then"))
        if latest is not None:
            found.setdefault(row["customer_id"], []).append(
                {"kpi": row["kpi"], "now": latest, "then": earlier}
            )
        if earlier is not None:
            periods[row["customer_id"]] = BEFORE_PRICE if row["early"] else FIRST_YEAR
    return found, periods


def _begin(told: Table) -> Column:
    """Return the first day of the period that a date lies in."""
    year, month = told.date.year(), told.date.month()
    first = ibis.cases(
        (told.period == "year", 1), (told.period == "quarter", month - (month - 1) % 3), else_=month
    )
    return ibis.ifelse(told.period == "day", told.date, ibis.date(year, first.cast("int32"), 1))


def _mean(amount: float | None, months: float | None) -> float | None:
    if amount is None or months is None or months < _FEWEST or not np.isfinite(amount):
        return None
    return amount / months
