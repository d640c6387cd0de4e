"""A simulated market: the contract tables of one business, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from experiments.market.business import Business
from experiments.market.calendar import LAST_MONTH, history_months
from experiments.market.care import care_tables
from experiments.market.choosing import choosing_tables
from experiments.market.customers import draw_customers
from experiments.market.money import simulate_accounts
from experiments.market.noise import stream
from experiments.market.pricing_tables import pricing_tables
from experiments.market.reporting import who_reports
from experiments.market.selling import selling_tables
from experiments.market.story import Story
from experiments.market.surveys import survey_tables
from experiments.market.tables import main_tables
from experiments.market.trial import trial_tables
from experiments.market.truth import Truth, know_truth
from experiments.market.units_inside import draw_units_inside, tell_units_apart
from experiments.market.usage_and_value import simulate_history


@dataclass(frozen=True)
class Market:
    """A business, the tables that it would export, and what is true of it.

    Parameters
    ----------
    business
        The laws.
    tables
        By contract name, as Arrow tables in contract form.
    truth
        What an estimator should find.
    """

    business: Business
    tables: dict[str, pa.Table]
    truth: Truth


def simulate(business: Business, seed: int, *, last_month: str = LAST_MONTH) -> Market:
    """Simulate a business's history and write it down as its exports would.

    Parameters
    ----------
    business
        From `draw_business` or `sample_business`.
    seed
        Chance within the business, ≥ 0: one business has as many histories as there are seeds. The truth's
        population depends on the business alone.
    last_month
        Last calendar month of the history, ``YYYY-MM``.

    Examples
    --------
    >>> from experiments.market import draw_business
    >>> market = simulate(draw_business(1), 1)
    >>> sorted(market.tables)[:3]
    ['choices', 'costs', 'customers']
    """
    customers = draw_customers(business, business.customers, stream(seed, "customers"))
    history = simulate_history(business, customers, stream(seed, "history"))
    accounts = simulate_accounts(business, customers, stream(seed, "accounts"))
    observed = (history.units[:, :, 0] * accounts.active).sum(axis=0) / accounts.tenure
    reports = who_reports(
        business, customers, accounts, observed_units=observed, rng=stream(seed, "reporting")
    )
    story = Story(
        business=business,
        months=history_months(business.months, last_month),
        customers=customers,
        history=history,
        accounts=accounts,
        reports=reports,
        customer_id=[f"c{i:04d}" for i in range(1, business.customers + 1)],
    )
    tables = {
        **main_tables(story, stream(seed, "records")),
        **pricing_tables(story),
        **survey_tables(story, stream(seed, "surveys")),
        **choosing_tables(story, stream(seed, "choosing")),
        **selling_tables(story, stream(seed, "selling")),
        **care_tables(story, stream(seed, "care")),
    }
    if business.inside is not None:
        inside = draw_units_inside(business.inside, business.customers, stream(seed, "inside"))
        tables |= tell_units_apart(story, tables, inside, stream(seed, "dealing"))
    if business.trial is not None:
        tables |= trial_tables(story, business.trial, stream(seed, "trial"))
    truth = know_truth(business, customers, customer_id=story.customer_id, reports=reports)
    return Market(business, tables, truth)
