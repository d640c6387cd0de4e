"""The six tables of the main job, in contract form: what the business's systems would export."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.calendar import Dates, first_days, last_days
from experiments.market.columns import counts, dates, money, numbers, words
from experiments.market.names import company_names
from experiments.market.noise import Booleans, Floats, stream
from experiments.market.story import Story

LEAVING_REASONS = ("price", "no_value", "competitor", "problem_solved", "closed_business")


def main_tables(story: Story, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Write down customers, subscriptions, metrics, usage, kpis and outcomes."""
    return {
        "customers": _customers(story, rng),
        "subscriptions": _subscriptions(story, rng),
        "metrics": _metrics(story),
        "usage": _usage(story, rng),
        "kpis": _kpis(story),
        "outcomes": _outcomes(story, rng),
    }


def _customers(story: Story, rng: np.random.Generator) -> pa.Table:
    traits, customers = story.business.traits, story.customers
    first = first_days(story.months[story.accounts.first])
    # Billing starts with a calendar month; the contract was signed up to four weeks before, or years ago.
    earlier = rng.integers(1, 28, len(first)) + (story.accounts.first == 0) * rng.integers(
        0, 1000, len(first)
    )
    return pa.table(
        {
            "customer_id": words(story.customer_id),
            "signed_up": dates(first - earlier),
            "name": words(company_names(len(first), stream(story.business.seed, "names"))),
            "segment": words(traits.segments, customers.segment),
            "region": words(traits.regions, customers.region),
            "employees": counts(customers.employees),
        }
    )


def _subscriptions(story: Story, rng: np.random.Generator) -> pa.Table:
    """One row per stretch at one price; it ends where the price changes or the customer leaves."""
    accounts = story.accounts
    active, mrr = accounts.active.T, accounts.mrr.T
    before, paid = np.zeros_like(active), np.zeros_like(mrr)
    before[:, 1:], paid[:, 1:] = active[:, :-1], mrr[:, :-1]
    starts = active & (~before | (mrr != paid))
    who, when = np.nonzero(starts)
    over = (accounts.first + accounts.tenure)[who]
    follows = np.append(who[1:] == who[:-1], False)
    end = np.where(follows, np.append(when[1:], 0), over)
    ended = end < len(story.months)
    left = ended & ~follows
    share = mrr[who, when] / story.customers.willingness_to_pay[who]
    reason = np.where(share > 1, 0, rng.integers(len(LEAVING_REASONS), size=len(who)))
    months = np.append(story.months, story.months[-1] + 1)
    return pa.table(
        {
            "customer_id": words(story.customer_id, who),
            "start": dates(first_days(months[when])),
            "end": dates(first_days(months[end]), known=ended),
            "plan": words(story.business.price.plans, accounts.plan[who]),
            "mrr": money(mrr[who, when]),
            "quantity": money(accounts.quantity[who]),
            "list_mrr": money(accounts.list_mrr[who]),
            "end_reason": words([*LEAVING_REASONS, None], np.where(left, reason, len(LEAVING_REASONS))),
        }
    )


def _metrics(story: Story) -> pa.Table:
    metrics = sorted(story.business.metrics, key=lambda metric: metric.name)
    return pa.table(
        {
            "metric": words([metric.name for metric in metrics]),
            "kind": words([metric.kind for metric in metrics]),
            "aggregate": words(["sum" if metric.kind == "flow" else "mean" for metric in metrics]),
            "unit_name": words([metric.unit_name for metric in metrics]),
        }
    )


def _usage(story: Story, rng: np.random.Generator) -> pa.Table:
    """Record a flow on the month's last day, where there was any; a stock on the first, where it changed."""
    active, months = story.accounts.active, story.months
    parts = []
    for m, metric in enumerate(story.business.metrics):
        level = story.history.units[:, :, m]
        if metric.kind == "flow":
            days, recorded = last_days(months), active & (level > 0)
        else:
            days, recorded = first_days(months), active & _changed(level, active)
        recorded &= rng.random(active.shape) >= story.business.reporting.missing_usage
        when, who = np.nonzero(recorded)
        parts.append((who, days[when], np.full(len(who), m), level[when, who]))
    customer, day, metric_index, units = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pa.table(
        {
            "customer_id": words(story.customer_id, customer),
            "date": dates(day),
            "metric": words([metric.name for metric in story.business.metrics], metric_index),
            "units": money(units),
        }
    )


def _changed(level: Floats, active: Booleans) -> Booleans:
    changed = np.ones_like(active)
    changed[1:] = (level[1:] != level[:-1]) | ~active[:-1]
    return changed


def _kpis(story: Story) -> pa.Table:
    kpis = story.business.kpis
    priced = np.array([kpi.monetised for kpi in kpis])
    by_unit = priced & ~np.array([kpi.in_money for kpi in kpis])
    return pa.table(
        {
            "kpi": words([kpi.name for kpi in kpis]),
            "kind": words([kpi.kind for kpi in kpis]),
            "value_per_unit": money(np.array([kpi.value_per_unit for kpi in kpis]), known=by_unit),
            "value_per_unit_sd": numbers([kpi.value_per_unit_sd for kpi in kpis], known=by_unit),
            "attribution": numbers([kpi.attribution for kpi in kpis], known=priced),
            "attribution_sd": numbers([kpi.attribution_sd for kpi in kpis], known=priced),
            "drives": words([kpi.drives for kpi in kpis]),
        }
    )


def _outcomes(story: Story, rng: np.random.Generator) -> pa.Table:
    """One row per reporting customer, KPI and month (or complete quarter); 0 is reported as 0."""
    law, active = story.business.reporting, story.accounts.active
    recorded = active & story.reports & (rng.random(active.shape) >= law.missing_outcomes)
    amounts, days = story.history.amounts, last_days(story.months)
    if law.quarterly:
        recorded, amounts, days = _by_quarter(story, recorded)
    when, who = np.nonzero(recorded)
    kpis = story.business.kpis
    k = np.tile(np.arange(len(kpis)), len(who))
    rows = len(k)
    amount = amounts[when, who].reshape(rows)
    columns = {
        "customer_id": words(story.customer_id, np.repeat(who, len(kpis))),
        "date": dates(np.repeat(days[when], len(kpis))),
        "period": words(["quarter" if law.quarterly else "month"], np.zeros(rows, dtype=np.int64)),
        "kpi": words([kpi.name for kpi in kpis], k),
        "amount": money(amount),
    }
    in_money = np.array([kpi.in_money for kpi in kpis])[k]
    if in_money.any():
        price = np.array([kpi.value_per_unit for kpi in kpis])[k]
        columns["value"] = money((amount * price).round(2), known=in_money)
    return pa.table(columns)


def _by_quarter(story: Story, recorded: Booleans) -> tuple[Booleans, Floats, Dates]:
    """Sum the recorded months of each calendar quarter that lies wholly in the history; average scores."""
    months = story.months
    score = ~np.array([kpi.monetised for kpi in story.business.kpis])
    quarter = months.astype(np.int64) // 3
    whole = [q for q in np.unique(quarter) if (quarter == q).sum() == 3]
    kept = recorded[:, :, None] * story.history.amounts
    amounts = np.stack([kept[quarter == q].sum(axis=0) for q in whole])
    counted = np.stack([recorded[quarter == q].sum(axis=0) for q in whole])
    amounts[:, :, score] /= np.maximum(counted, 1)[:, :, None]
    days = np.array([last_days(months[quarter == q])[-1] for q in whole])
    return counted > 0, amounts, days
