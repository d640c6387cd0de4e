"""All that happened in a market, before anybody writes it down."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.market.business import Business
from experiments.market.calendar import Dates
from experiments.market.customers import Customers
from experiments.market.money import Accounts
from experiments.market.noise import Booleans
from experiments.market.usage_and_value import History


@dataclass(frozen=True, kw_only=True)
class Story:
    """The parts of a market that its tables are records of; `customer_id` and `reports` have one entry each.

    `months` are the calendar months of the history, oldest first.
    """

    business: Business
    months: Dates
    customer_id: list[str]
    customers: Customers
    history: History
    accounts: Accounts
    reports: Booleans
