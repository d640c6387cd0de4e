"""A trait as it was known on a day of the past: from the history of traits, else as it is today.

What a customer is like today may be what became of it: who grew is large now, and who was kept has a manager. The last
value that was written down before the day counts. Of whom none was, today's counts where the trait stands still
(`_signing_traits.stands_still`), or where no history tells of it at all; else it is not known.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._evidence import traits_of
from pricing_service.decisions._signing_traits import stands_still
from pricing_service.decisions._traits import segments_of
from pricing_service.panel import StoredPanel

Levels = NDArray[np.str_]


def levels_then(panel: StoredPanel, name: str, day: date) -> tuple[Levels, bool]:
    """Return the level of a trait of every customer, shape (N,) by id, and whether it is that of the day's morning.

    Quantities are cut at their thirds; `name` is a trait that the data have (`Traits.require`).
    """
    written = _written(panel, name, day)
    book = panel.connect().table("customers").order_by("customer_id")
    if not written or name not in book.columns:
        today = traits_of(panel).segments(name)
        assert today is not None
        return today, False
    rows = book.select("customer_id", value=book[name]).to_pyarrow().to_pylist()
    now = [_text(row["value"]) for row in rows]
    then = [written.get(row["customer_id"]) for row in rows]
    if stands_still(then, now):
        then = [now[at] if value is None else value for at, value in enumerate(then)]
    return segments_of(pa.chunked_array([pa.array(then, pa.string())])), True


def _written(panel: StoredPanel, name: str, day: date) -> dict[str, str]:
    """Return what was last written down of each customer before a day."""
    tables = contract_tables(panel)
    if "trait_history" not in tables:
        return {}
    history = tables["trait_history"]
    known = history.filter((history.trait == name) & (history.date < day))
    last = known.group_by("customer_id").agg(value=known.value.argmax(known.date)).to_pyarrow()
    return dict(zip(last["customer_id"].to_pylist(), last["value"].to_pylist(), strict=True))


def _text(value: object) -> str | None:
    """Return a value as a history writes it: 5, not 5.0."""
    if value is None:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)
