"""How numbers, units and lists are said to people who decide on prices."""

from __future__ import annotations

from collections.abc import Sequence

from pricing_service.panel import Metric


def percent(share: float) -> str:
    """Return a share (0–1) as people write it; what is not quite all or nothing says so.

    Examples
    --------
    >>> percent(0.974), percent(0.9996), percent(1.0), percent(0.002)
    ('97 %', 'more than 99 %', '100 %', 'less than 1 %')
    """
    if 0 < share < 0.005:
        return "less than 1 %"
    if 0.995 <= share < 1:
        return "more than 99 %"
    return f"{share:.0%}".replace("%", " %")


def chance(probability: float) -> str:
    """Return a probability as people write it: data never make anything certain.

    Examples
    --------
    >>> chance(1.0), chance(0.93), chance(0.0)
    ('more than 99 %', '93 %', 'less than 1 %')
    """
    return percent(min(max(probability, 1e-9), 1 - 1e-9))


def price(amount: float, currency: str) -> str:
    """Return a price to the letter, as a price list has it.

    Examples
    --------
    >>> price(1299.0, "EUR"), price(0.4, "EUR"), price(0.012, "EUR")
    ('1,299 EUR', '0.40 EUR', '0.012 EUR')
    """
    exact = f"{amount:,.2f}" if round(amount, 2) == amount else f"{amount:,.6f}".rstrip("0")
    return f"{exact.removesuffix('.00')} {currency}"


def money(amount: float, currency: str) -> str:
    """Return an amount with three significant digits and its currency.

    Examples
    --------
    >>> money(1234.5, "EUR"), money(47.25, "EUR"), money(0.01234, "EUR"), money(-3.0, "EUR")
    ('1,230 EUR', '47.20 EUR', '0.0123 EUR', '-3.00 EUR')
    """
    rounded = float(f"{amount:.3g}")
    if rounded == 0:
        return f"0 {currency}"
    if abs(rounded) >= 100:
        return f"{rounded:,.0f} {currency}"
    return f"{rounded:.2f} {currency}" if abs(rounded) >= 0.1 else f"{rounded:.3g} {currency}"


def one(metric: Metric) -> str:
    """Return one unit of a metric, by its unit's own name where it has one.

    Examples
    --------
    >>> one(Metric("postings", "units_0", "flow", "sum", unit_name="posting"))
    'one posting'
    >>> one(Metric("api_calls", "units_0", "flow", "sum"))
    'one unit of api_calls'
    """
    return f"one {_unit(metric)}"


def per(metric: Metric) -> str:
    """Return what a price is per.

    Examples
    --------
    >>> per(Metric("seats", "units_0", "stock", "mean", unit_name="seat"))
    'per seat and month'
    """
    # A stock's worth is per unit-month: holding a seat for a year is twelve units.
    return f"per {_unit(metric)}" + ("" if metric.aggregate == "sum" else " and month")


def _unit(metric: Metric) -> str:
    return metric.unit_name or f"unit of {metric.metric}"


def listed(names: Sequence[str], *, last: str = "and") -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], last="or")
    ('a', 'a and b', 'a, b or c')
    """
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def customers(count: int, *, kind: str = "") -> str:
    """Return a number of customers.

    Examples
    --------
    >>> customers(1), customers(1200, kind="reporting ")
    ('1 customer', '1,200 reporting customers')
    """
    return f"{count:,} {kind}customer" + ("" if count == 1 else "s")


def sentence(text: str) -> str:
    """Return text with a capital letter in front, unless it begins with a name in small letters and digits."""
    return text[:1].upper() + text[1:]
