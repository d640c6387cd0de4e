"""What is spent on customers and agreed with them: costs, tickets and goals, in contract form."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.calendar import first_days
from experiments.market.columns import dates, money, words
from experiments.market.story import Story

SEVERITIES = ("low", "normal", "high")
COST_KINDS = ("acquisition", "onboarding", "support")
TICKETS_A_MONTH = 0.4


def care_tables(story: Story, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Write down tickets, costs and goals."""
    when, who = np.nonzero(rng.poisson(TICKETS_A_MONTH, story.accounts.active.shape) * story.accounts.active)
    opened = first_days(story.months[when]) + rng.integers(0, 28, len(when))
    tickets = pa.table(
        {
            "customer_id": words(story.customer_id, who),
            "opened": dates(opened),
            "closed": dates(np.minimum(opened + rng.integers(0, 10, len(when)), _last_day(story))),
            "severity": words(SEVERITIES, rng.choice(3, len(when), p=[0.5, 0.4, 0.1])),
        }
    )
    return {"tickets": tickets, "costs": _costs(story, rng), "goals": _goals(story, rng)}


def _last_day(story: Story) -> np.datetime64:
    return np.datetime64(first_days(story.months[-1:] + 1)[0] - 1)


def _costs(story: Story, rng: np.random.Generator) -> pa.Table:
    """Charge about eight months of its price to win a customer, one to bring it in, and 5 % a month after."""
    accounts = story.accounts
    new = np.flatnonzero(accounts.first > 0)
    month, payer = np.nonzero(accounts.active)
    who = np.concatenate([new, new, payer])
    when = np.concatenate([accounts.first[new], accounts.first[new], month])
    kind = np.repeat([0, 1, 2], [len(new), len(new), len(payer)])
    share = np.array([8.0, 1.0, 0.05])[kind] * np.exp(0.3 * rng.standard_normal(len(who)))
    return pa.table(
        {
            "customer_id": words(story.customer_id, who),
            "date": dates(first_days(story.months[when])),
            "kind": words(COST_KINDS, kind),
            "amount": money(np.round(share * accounts.mrr[when, who], 2)),
        }
    )


def _goals(story: Story, rng: np.random.Generator) -> pa.Table:
    """Let a third of new customers have agreed what the first KPI should come to within a year."""
    first = story.accounts.first
    new = np.flatnonzero((first > 0) & (rng.random(len(first)) < 1 / 3))
    kpi = story.business.kpis[0]
    hoped = story.customers.net_value[new, 0] / kpi.net_per_unit * rng.uniform(0.7, 1.4, len(new))
    start = first_days(story.months[first[new]])
    return pa.table(
        {
            "customer_id": words(story.customer_id, new),
            "kpi": words([kpi.name], np.zeros(len(new), dtype=np.int64)),
            "baseline": money(np.zeros(len(new))),
            "target": money(np.round(hoped, 1)),
            "start": dates(start),
            "due": dates(start + 365),
        }
    )
