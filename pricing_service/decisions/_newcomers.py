"""How many prospects the next twelve months bring, from those of the last twelve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Newcomers:
    """How many prospects are expected, and the table that this rests on: ``leads``, ``quotes`` or ``customers``."""

    count: float
    basis: str


def newcomers_of(panel: StoredPanel) -> Newcomers:
    """Count the leads of the last twelve months, else those who were quoted, else those who signed up.

    Who signed up had been won already: where nothing tells of the others, newcomers are too few.
    """
    tables = contract_tables(panel)
    since = panel.as_of - _YEAR
    if "leads" in tables:
        leads = tables["leads"]
        recent = (
            leads.filter((leads.created > since) & (leads.created <= panel.as_of))
            .count()
            .to_pyarrow()
            .as_py()
        )
        return Newcomers(float(recent), "leads")
    if "quotes" in tables:
        quotes = tables["quotes"].filter(tables["quotes"].lead_id.notnull())
        recent = quotes.filter((quotes.date > since) & (quotes.date <= panel.as_of)).lead_id.nunique()
        return Newcomers(float(recent.to_pyarrow().as_py()), "quotes")
    customers = panel.connect().table("customers")
    recent = customers.filter(customers.first_month > since).count().to_pyarrow().as_py()
    return Newcomers(float(recent), "customers")
