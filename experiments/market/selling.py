"""Leads, their way through the funnel, and the offers they were made, in contract form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.calendar import Dates, first_days
from experiments.market.columns import counts, dates, money, words
from experiments.market.customers import draw_customers
from experiments.market.money import negotiated
from experiments.market.noise import Booleans, Floats, Integers
from experiments.market.price_list import billed_units
from experiments.market.story import Story

STAGES = ("lead", "demo", "offer", "won")
LOSING_REASONS = ("price", "competitor", "no_budget", "timing")
# How sharply a prospect's yes turns into a no as the price passes what it would pay.
DECISION_SLOPE = 6.0


@dataclass(frozen=True)
class _Deals:
    """(n,) deals, won ones first. `customer` is a position in the book; −1 where the deal was lost."""

    customer: Integers
    segment: Integers
    region: Integers
    employees: Floats
    plan: Integers
    units: Floats
    list_price: Floats
    price: Floats
    created: Dates
    offered: Dates

    @property
    def won(self) -> Booleans:
        """(n,) whether the prospect became a customer."""
        return self.customer >= 0

    @property
    def lead_id(self) -> list[str]:
        """(n,) names of the leads."""
        return [f"l{i:04d}" for i in range(1, len(self.customer) + 1)]


def selling_tables(story: Story, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Write down leads, funnel and quotes: the new customers of the history, and prospects who said no."""
    deals = _join(_won(story, rng), _lost(story, rng))
    return {
        "leads": _leads(story, deals),
        "funnel": _funnel(deals, rng),
        "quotes": _quotes(story, deals, rng),
    }


def _won(story: Story, rng: np.random.Generator) -> _Deals:
    accounts, people = story.accounts, story.customers
    new = np.flatnonzero(accounts.first > 0)
    offered = first_days(story.months[accounts.first[new]]) - rng.integers(28, 45, len(new))
    return _Deals(
        customer=new,
        segment=people.segment[new],
        region=people.region[new],
        employees=people.employees[new],
        plan=accounts.plan[new],
        units=accounts.quantity[new],
        list_price=accounts.list_mrr[new],
        price=accounts.mrr[accounts.first[new], new],
        created=offered - rng.integers(10, 90, len(new)),
        offered=offered,
    )


def _lost(story: Story, rng: np.random.Generator) -> _Deals:
    """Draw as many prospects as the book holds, and keep those whom the price drives away."""
    business, price_list = story.business, story.accounts.price_list
    people = draw_customers(business, business.customers, rng)
    plan = price_list.plan(people)
    units = billed_units(business, people)
    list_price = np.round(price_list.price[plan] * units, 2)
    price = negotiated(business, list_price, rng)
    odds = DECISION_SLOPE * np.minimum(price / people.willingness_to_pay - 1, 50.0)
    no = np.flatnonzero(rng.random(len(price)) < 1 / (1 + np.exp(-odds)))
    month = story.months[rng.integers(1, len(story.months), len(no))]
    offered = first_days(month) - rng.integers(0, 25, len(no))
    return _Deals(
        customer=np.full(len(no), -1),
        segment=people.segment[no],
        region=people.region[no],
        employees=people.employees[no],
        plan=plan[no],
        units=units[no],
        list_price=list_price[no],
        price=price[no],
        created=offered - rng.integers(10, 90, len(no)),
        offered=offered,
    )


def _join(won: _Deals, lost: _Deals) -> _Deals:
    return _Deals(**{name: np.concatenate([column, vars(lost)[name]]) for name, column in vars(won).items()})


def _leads(story: Story, deals: _Deals) -> pa.Table:
    traits = story.business.traits
    return pa.table(
        {
            "lead_id": words(deals.lead_id),
            "created": dates(deals.created),
            "customer_id": words([*story.customer_id, None], deals.customer % (len(story.customer_id) + 1)),
            "lost": dates(deals.offered + 21, known=~deals.won),
            "segment": words(traits.segments, deals.segment),
            "region": words(traits.regions, deals.region),
            "employees": counts(deals.employees),
        }
    )


def _funnel(deals: _Deals, rng: np.random.Generator) -> pa.Table:
    """Everyone here came as far as an offer; the won went on."""
    days = np.stack(
        [
            deals.created,
            deals.created + (deals.offered - deals.created) // 2,
            deals.offered,
            deals.offered + rng.integers(3, 21, len(deals.price)),
        ]
    )
    reached = np.ones(days.shape, dtype=bool)
    reached[-1] = deals.won
    stage, who = np.nonzero(reached)
    return pa.table(
        {
            "lead_id": words(deals.lead_id, who),
            "stage": words(STAGES, stage),
            "date": dates(days[stage, who]),
        }
    )


def _quotes(story: Story, deals: _Deals, rng: np.random.Generator) -> pa.Table:
    law, n = story.business.price, len(deals.price)
    by_unit = law.model == "per_unit"
    reasons = np.where(deals.won, len(LOSING_REASONS), rng.integers(len(LOSING_REASONS), size=n))
    return pa.table(
        {
            "quote_id": words([f"q{i:04d}" for i in range(1, n + 1)]),
            "lead_id": words(deals.lead_id),
            "date": dates(deals.offered),
            "plan": words(law.plans, deals.plan),
            "metric": words([law.priced_metric if by_unit else None], np.zeros(n, dtype=np.int64)),
            "units": money(deals.units, known=np.full(n, by_unit)),
            "list_price": money(deals.list_price),
            "price": money(deals.price),
            "result": words(["lost", "won"], deals.won.astype(np.int64)),
            "decided": dates(deals.offered + 21),
            "reason": words([*LOSING_REASONS, None], reasons),
        }
    )
