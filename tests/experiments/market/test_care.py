"""Costs, tickets and goals belong to paid months and new customers."""

from __future__ import annotations

import numpy as np


def test_tickets_close_after_they_open_and_within_the_history(steady):
    tickets = steady.tables["tickets"].to_pandas()

    assert (tickets.closed >= tickets.opened).all()
    assert str(tickets.closed.max()) <= "2026-06-30"
    assert set(tickets.severity) == {"low", "normal", "high"}


def test_only_new_customers_cost_acquisition_and_all_cost_support(steady):
    costs = steady.tables["costs"].to_pandas()
    acquired = costs[costs.kind == "acquisition"]

    assert acquired.customer_id.is_unique
    assert 0 < len(acquired) < steady.business.customers
    assert set(costs.customer_id[costs.kind == "support"]) == set(steady.truth.customer_id)
    assert (costs.amount >= 0).all()


def test_goals_start_with_the_contract_and_are_due_in_a_year(steady):
    goals = steady.tables["goals"].to_pandas()

    assert not goals.duplicated(["customer_id", "kpi", "start"]).any()
    assert set((goals.due - goals.start).map(lambda gap: gap.days)) == {365}
    assert np.all(goals.target > 0)
