"""Answers to price questions in a row per respondent, turned into a row per answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pricing_service.ingest.casting import literal
from pricing_service.ingest.relations import Relation
from pricing_service.tables import Table


class LongForm:
    """A wide `purchase_intent`: one column ``price_<p>`` per price becomes one row per price asked."""

    def __init__(self, wide: Relation, prices: Mapping[int, str]) -> None:
        self._wide = wide
        self._prices = prices
        self._kept = [i for i in range(len(wide.columns)) if i not in prices]
        self.columns = (*(wide.columns[i] for i in self._kept), "price", "intent")
        self.nested = frozenset(at for at, i in enumerate(self._kept) if i in wide.nested)
        self.torn = wide.torn

    def relation(self) -> str:
        """Return the SELECT with a row per answer; a question that was not asked has none."""
        count = len(self._kept)
        kept = "".join(f", __c{place} AS __c{i}" for i, place in enumerate(self._kept))
        answers = ", ".join(f"__c{place} AS {literal(price)}" for place, price in self._prices.items())
        return (
            f"SELECT __line{kept}, __price AS __c{count}, __intent AS __c{count + 1} "
            f"FROM (FROM ({self._wide.relation()}) UNPIVOT (__intent FOR __price IN ({answers})))"
        )

    def true_lines(
        self, rows: NDArray[np.int64], torn: NDArray[np.int64], *, total: int | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the lines of the wide rows; answers do not tell how many those are."""
        return self._wide.true_lines(rows, torn, total=None)


def long_form(table: Table, relation: Relation) -> Relation:
    """Return `relation` with one row per price where `purchase_intent` comes wide, else as it is."""
    if table.name != "purchase_intent" or "price" in map(str.casefold, relation.columns):
        return relation
    prices = {
        i: name[len("price_") :]
        for i, name in enumerate(relation.columns)
        if name.casefold().startswith("price_") and len(name) > len("price_")
    }
    return LongForm(relation, prices) if prices else relation
