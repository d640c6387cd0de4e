"""From an analysis of kind `tiers`: the menu that it recommends, as a book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pricing_service.money import MINOR_UNITS
from pricing_service.price_book.book import PriceBook
from pricing_service.price_book.errors import PriceBookRefused
from pricing_service.price_book.numbers import DECIMALS, as_decimal


def book_from_tiers(result: Mapping[str, Any], *, name: str, currency: str) -> PriceBook:
    """Make a price book of a recommended menu.

    Parameters
    ----------
    result
        The analysis's result: `metric` and `tiers` with `name`, `price` (a month), `included_units` (null: unlimited)
        and `overage_price` (null: more units need a larger tier). Prices are rounded to what can be paid.
    name, currency
        The book's.

    Raises
    ------
    PriceBookRefused
        If the result has no tiers.

    Examples
    --------
    >>> tier = {"name": "Team", "price": 49.0, "included_units": 100, "overage_price": 0.4}
    >>> book_from_tiers({"metric": "postings", "tiers": [tier]}, name="Jobs", currency="EUR").plans[0].price
    Decimal('49.00')
    """
    if not result.get("tiers"):
        raise PriceBookRefused("The analysis recommends no tiers, so there is no book to make of it.")
    try:
        plans = [
            _plan(tier, metric=result["metric"], decimals=MINOR_UNITS[currency]) for tier in result["tiers"]
        ]
        return PriceBook.model_validate({"name": name, "currency": currency, "plans": plans})
    except ValidationError as error:
        raise PriceBookRefused.of(error) from error


def _plan(tier: Mapping[str, Any], *, metric: str, decimals: int) -> dict[str, Any]:
    included, overage = tier["included_units"], tier["overage_price"]
    charge = {"metric": metric, "included_units": None if included is None else _rounded(included)}
    if overage is not None and included is not None:
        charge["blocks"] = [{"price": _rounded(overage)}]
    return {"name": tier["name"], "price": _rounded(tier["price"], decimals), "charges": [charge]}


def _rounded(value: Any, decimals: int = DECIMALS) -> Any:
    return round(as_decimal(value), decimals)
