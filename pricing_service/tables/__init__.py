"""The data contract in code: every table that the service reads.

Examples
--------
>>> TABLES["usage"].required
('customer_id', 'metric', 'units')
>>> TABLES["usage"].is_event, TABLES["customers"].key
(True, ('customer_id',))
"""

from collections.abc import Mapping
from types import MappingProxyType

from pricing_service.tables import customers_and_money, growth, surveys, value
from pricing_service.tables.schema import Column, Kind, Rule, Table

CONTRACT_VERSION = "1"
"""Part of every dataset's version: a change of the contract makes new versions."""

TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for noun in (customers_and_money, value, growth, surveys) for table in noun.TABLES}
)
"""Every table of the contract by name."""

__all__ = ["CONTRACT_VERSION", "TABLES", "Column", "Kind", "Rule", "Table"]
