"""The letter that tells a customer its new price: Markdown to be edited, and the same as a page.

A letter holds what is the customer's own: what it pays, reported, and was given. `Letter` names all of it; chances to
leave, groups, lots, and whatever is modelled from other customers never come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from api.problems import Missing
from api.rows import plain

RAISED, MEASURED = "raise", "measured"
_NEEDED = {"arm", "achieved", "releases", "value_then", "then_is"}
_THEN = {
    "before_price": "in the year before your price was last set",
    "first_year": "in the first year that you told us of",
}
# What CommonMark reads as markup anywhere, and what begins a block at a line's beginning.
_MARKUP = re.compile(r"([\\`*_\[\]<>#!|~&]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """All that a letter may hold.

    Parameters
    ----------
    customer, currency
        The customer's name, else its id; ISO code of all money.
    pays, will_pay, effective
        Money a month now and from the day `effective` on.
    value, value_then, share
        What it gets a month now and then, money, and the new price as a share of what it gets now; None where it has
        not reported it itself.
    then
        What `value_then` and each `then` are of, in words; "" where nothing is known of it.
    achieved
        KPI by KPI, a month: `kpi`, `now`, `then` (or None).
    releases
        What it got since its price was set: `feature`, `shipped`, `value` (or None).
    """

    customer: str
    currency: str
    pays: float
    will_pay: float
    effective: date
    value: float | None
    value_then: float | None
    share: float | None
    then: str
    achieved: Sequence[Mapping[str, Any]]
    releases: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, row: Mapping[str, Any], *, currency: str) -> Letter:
        """Take of a row of `raises` what is the customer's own."""
        reports = row["value_basis"] == MEASURED and (row["value"] or 0) > 0
        return cls(
            customer=row["name"] or row["customer_id"],
            currency=currency,
            pays=row["current_mrr"],
            will_pay=row["recommended_mrr"],
            effective=date.fromisoformat(row["effective"]),
            value=row["value"] if reports else None,
            value_then=row["value_then"] if reports and row["then_is"] else None,
            share=row["captured_share_after"] if reports else None,
            then=_THEN.get(row["then_is"] or "", ""),
            achieved=[{name: each[name] for name in ("kpi", "now", "then")} for each in row["achieved"]],
            releases=[_release(each) for each in row["releases"]],
        )

    def markdown(self) -> str:
        """Write the letter as Markdown (CommonMark), to be edited as it stands."""
        text = _environment().get_template("letter.md").render(letter=self)
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"

    def page(self) -> str:
        """Write the letter as one page."""
        return as_page(self.markdown())


def _release(told: Mapping[str, Any]) -> dict[str, Any]:
    # What a customer said that it would pay is no argument to hold against it.
    value = told["value"] if told["source"] == "outcome" else None
    return {"feature": told["feature"], "shipped": date.fromisoformat(told["shipped"]), "value": value}


def as_page(markdown: str) -> str:
    """Render an edited letter as a page; HTML inside it is shown as text, and no link runs a script.

    Examples
    --------
    >>> "<script>" in as_page("Dear <script>alert(1)</script>")
    False
    """
    # Made anew each time: it is cheap, and its rules are no state to share between threads.
    body = MarkdownIt("commonmark", {"html": False}).render(markdown)
    return _environment().get_template("letter.html").render(body=body)


def letter_of(rows: Path, customer_id: str, *, currency: str) -> Letter:
    """Find one customer's letter in the rows of an analysis.

    Raises
    ------
    Missing
        If the kind has no letters, or the customer is told no raise.
    """
    if not set(pq.read_schema(rows).names) >= _NEEDED:
        raise Missing("This kind of analysis has no letters; `raises` has.")
    found = pq.read_table(rows, filters=[("customer_id", "==", customer_id)]).to_pylist()
    told = [row for row in found if row["arm"] == RAISED]
    if not told:
        raise Missing("No raise is told to this customer by this analysis.")
    return Letter.of({name: plain(value) for name, value in told[0].items()}, currency=currency)


def letters_in(rows: Sequence[Mapping[str, Any]], *, currency: str) -> Iterator[tuple[str, Letter]]:
    """Give a name for a file, and the letter, of each customer that is told a raise."""
    for row in rows:
        if row["arm"] == RAISED:
            # An id is any text: what a path could take for a folder is spelt out.
            yield quote(row["customer_id"], safe=" ").replace(".", "%2E"), Letter.of(row, currency=currency)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages" / "templates"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(text=as_text, day=_day, amount=_amount, exact=_exact, share=_share)
    return made


def as_text(said: str) -> str:
    r"""Write text that came with the data so that Markdown reads it to the letter.

    Examples
    --------
    >>> print(as_text("[A & B](javascript:x)\n# GmbH"))
    \[A \& B\](javascript:x) \# GmbH
    """
    return _MARKUP.sub(r"\\\1", " ".join(said.split()))


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _exact(amount: float, currency: str) -> str:
    return f"{amount:,.2f}".removesuffix(".00") + f" {currency}"


def _amount(value: float) -> str:
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def _share(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
