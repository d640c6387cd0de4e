"""Today's price book and the raises that customers were told, in contract form."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.calendar import first_days
from experiments.market.columns import dates, money, words
from experiments.market.story import Story

NOTICE_DAYS = 60


def pricing_tables(story: Story) -> dict[str, pa.Table]:
    """Write down price_book and price_changes."""
    return {"price_book": _price_book(story), "price_changes": _price_changes(story)}


def _price_book(story: Story) -> pa.Table:
    """One line per plan; a plan that is billed by the unit costs nothing before its first unit."""
    law, prices = story.business.price, story.accounts.price_list.price
    plans = len(law.plans)
    columns = {"plan": words(law.plans), "billing": words(["monthly"] * plans)}
    if law.model == "plans":
        return pa.table(columns | {"price": money(prices)})
    by_unit = {
        "price": money(np.zeros(plans)),
        "metric": words([law.priced_metric] * plans),
        "included_units": money(np.zeros(plans)),
        "overage_price": money(prices),
    }
    return pa.table(columns | by_unit)


def _price_changes(story: Story) -> pa.Table:
    """One row per customer that was told a new price, those who then left included."""
    accounts, law = story.accounts, story.business.price
    when, who = np.nonzero(accounts.told > 0)
    old, offered, charged = (
        accounts.mrr[when - 1, who],
        accounts.told[when, who],
        accounts.mrr[when, who],
    )
    stayed = accounts.active[when, who]
    response = np.where(stayed, np.where(charged < offered, 1, 0), 2)
    waves, wave = np.unique(when, return_inverse=True)
    raised = np.abs((offered / old - 1)[:, None] - np.asarray(law.raise_levels)).argmin(axis=1)
    day = first_days(story.months[when])
    return pa.table(
        {
            "customer_id": words(story.customer_id, who),
            "date": dates(day),
            "old_mrr": money(old),
            "offered_mrr": money(offered),
            "new_mrr": money(charged, known=stayed),
            "announced": dates(day - NOTICE_DAYS),
            "assignment": words([law.raise_assignment], np.zeros(len(who), dtype=np.int64)),
            "arm": words([f"+{level:.0%}" for level in law.raise_levels], raised),
            "wave": words([f"wave {i + 1}" for i in range(len(waves))], wave),
            "response": words(["accepted", "negotiated", "left"], response),
        }
    )
