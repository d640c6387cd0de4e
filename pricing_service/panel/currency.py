"""Money of several currencies in the dataset's one: at the month's rate, or at the rate of `as_of`.

An amount whose rate is unknown becomes null, and every sum that it belongs to with it: never a guess, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

EXACT = "decimal(38, 6)"


@dataclass(frozen=True)
class Rates:
    """Rates into the dataset's currency.

    Parameters
    ----------
    table
        `date`, `currency`, `rate` (dataset currency per unit).
    home
        The dataset's currency.
    as_of
        The day whose rates make constant currency.
    """

    table: Table
    home: str
    as_of: date

    @classmethod
    def of(cls, tables: Mapping[str, Table], home: str, as_of: date) -> Rates:
        """Rates of a dataset; without `exchange_rates` only the dataset's own currency has one."""
        known = tables.get("exchange_rates")
        if known is None:
            types = {"date": pa.date32(), "currency": pa.string(), "rate": pa.float64()}
            known = ibis.memtable(pa.table({name: pa.array([], kind) for name, kind in types.items()}))
        return cls(known, home, as_of)

    def foreign(self, table: Table) -> Column:
        """Whether a row of `table` is in another currency than the dataset's."""
        return table.currency.notnull() & (table.currency != self.home)

    def of_rows(self, rows: Iterable[Mapping[str, Any]]) -> dict[str | None, float]:
        """Return the rates of `as_of` by currency, enough for `rows` that each have a `currency` or None."""
        known: dict[str | None, float] = {None: 1.0, self.home: 1.0}
        if all(row["currency"] in known for row in rows):
            return known
        rates = self._latest().to_pyarrow().to_pylist()
        return {row["rate_currency"]: row["rate"] for row in rates} | known

    def _latest(self) -> Table:
        rates = self.table.filter(self.table.date <= self.as_of)
        return rates.group_by(rate_currency=rates.currency).agg(rate=rates.rate.argmax(rates.date))

    def constant(self, table: Table, *columns: str) -> Table:
        """`table` with money `columns` at the latest rate on or before `as_of`."""
        latest = self._latest()
        return self._converted(table, latest, table.currency == latest.rate_currency, columns)

    def monthly(self, table: Table, months: Table, *columns: str) -> Table:
        """`table`, which has a `month`, with money `columns` at the latest rate on or before each month's end."""
        rates, spine = self.table, months.view()
        pairs = rates.join(spine, rates.date < spine.month_stop)
        latest = pairs.group_by(rate_currency=pairs.currency, rate_month=pairs.month).agg(
            rate=pairs.rate.argmax(pairs.date)
        )
        on = [table.currency == latest.rate_currency, table.month == latest.rate_month]
        return self._converted(table, latest, on, columns)

    def _converted(self, table: Table, rates: Table, on: object, columns: tuple[str, ...]) -> Table:
        joined = table.left_join(rates, on)
        exact = {
            name: self.foreign(joined).ifelse(
                (joined[name].cast("float64") * joined.rate).round(6).cast(EXACT), joined[name].cast(EXACT)
            )
            for name in columns
        }
        return joined.mutate(**exact).drop(*(set(rates.columns) & set(joined.columns)))


def whole_sum(amount: Column, where: Column | None = None) -> Column:
    """Sum of `amount`, null as soon as one of the summed amounts is unknown."""
    unknown = amount.isnull().sum(where=where)
    return (ibis.coalesce(unknown, 0) == 0).ifelse(amount.sum(where=where), ibis.null(EXACT))
