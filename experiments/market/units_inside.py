"""Units that are told apart inside a customer: some channels, users or postings are worth more than others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.columns import money, words
from experiments.market.laws import InsideLaw
from experiments.market.noise import Booleans, Floats, Integers
from experiments.market.story import Story

FEWEST = 2
EVENNESS = 3.0


@dataclass(frozen=True)
class UnitsInside:
    """How n customers' units and value fall to up to J units each.

    Parameters
    ----------
    units
        (n, J) share of the customer's units of the first metric; 0 where it has fewer than J. Rows sum to 1.
    value
        (n, J) share of the customer's value of the first KPI; rows sum to 1.
    """

    units: Floats
    value: Floats

    @property
    def present(self) -> Booleans:
        """(n, J) whether the customer has the unit."""
        there: Booleans = self.units > 0
        return there

    @property
    def relative_log_worth(self) -> Floats:
        """(n, J) log of a unit's worth ÷ its customer's mean worth; NaN where it has fewer units."""
        ratio = np.divide(self.value, self.units, out=np.full_like(self.units, np.nan), where=self.present)
        logs: Floats = np.log(ratio)
        return logs


def draw_units_inside(law: InsideLaw, n: int, rng: np.random.Generator) -> UnitsInside:
    """Draw how n customers' units and value are split: 2 to `law.most` units, worth log-normal around theirs."""
    there = np.arange(law.most) < rng.integers(FEWEST, law.most + 1, n)[:, None]
    size = rng.gamma(EVENNESS, size=there.shape) * there
    units = size / size.sum(axis=1, keepdims=True)
    worth = units * np.exp(law.log_sd * rng.standard_normal(there.shape))
    return UnitsInside(units=units, value=worth / worth.sum(axis=1, keepdims=True))


def tell_units_apart(
    story: Story, tables: dict[str, pa.Table], inside: UnitsInside, rng: np.random.Generator
) -> dict[str, pa.Table]:
    """Return usage and outcomes in which the first metric and the first KPI are split by unit.

    Whole units are dealt to a customer's units by lot, amounts by their shares of value; both add up to the
    same totals as before.
    """
    metric, kpi = story.business.metrics[0].name, story.business.kpis[0].name
    position = {customer: i for i, customer in enumerate(story.customer_id)}
    usage, told = _part(tables["usage"], "metric", metric)
    who = np.array([position[customer] for customer in told["customer_id"].to_pylist()])
    dealt = rng.multinomial(_floats(told["units"]).astype(np.int64), inside.units[who])
    row, unit = np.nonzero(dealt)
    split = told.take(pa.array(row)).set_column(3, "units", money(dealt[row, unit].astype(np.float64)))
    split = split.append_column("unit_id", _unit_ids(story, who[row], unit))

    outcomes, achieved = _part(tables["outcomes"], "kpi", kpi)
    who = np.array([position[customer] for customer in achieved["customer_id"].to_pylist()])
    row, unit = np.nonzero(inside.present[who])
    share, gained = inside.value[who[row], unit], achieved.take(pa.array(row))
    for column in ("amount", "value") if "value" in gained.column_names else ("amount",):
        at = gained.column_names.index(column)
        gained = gained.set_column(at, column, money(_floats(gained[column]) * share))
    gained = gained.append_column("metric", words([metric], np.zeros(len(row), dtype=np.int64)))
    gained = gained.append_column("unit_id", _unit_ids(story, who[row], unit))
    return {
        "usage": pa.concat_tables([usage, split], promote_options="default"),
        "outcomes": pa.concat_tables([outcomes, gained], promote_options="default"),
    }


def _part(table: pa.Table, column: str, word: str) -> tuple[pa.Table, pa.Table]:
    """Return the rows of other words, and those of this one."""
    its = np.array([name == word for name in table[column].to_pylist()])
    return table.filter(pa.array(~its)), table.filter(pa.array(its))


def _floats(column: pa.ChunkedArray) -> Floats:
    values: Floats = column.cast(pa.float64()).to_numpy()
    return values


def _unit_ids(story: Story, who: Integers, unit: Integers) -> pa.Array:
    return words([f"{story.customer_id[i]}-{j + 1}" for i, j in zip(who, unit, strict=True)])
