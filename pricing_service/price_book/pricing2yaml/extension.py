"""What the format cannot say: it stands under `custom: pricing_service`, beside what other programs put there.

`plans` holds what a plan has beyond the format's fields, `lines` the plans that the format has no place for (annual
prices of their own, a name that two products share), with their positions. `written_for_readers` names usage limits and
add-ons that only repeat included units and overage in the format's own words; reading drops them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pricing_service.price_book.book import PriceBook
from pricing_service.price_book.catalogue import UsageLimit
from pricing_service.price_book.errors import Remark
from pricing_service.price_book.plans import Plan
from pricing_service.price_book.pricing2yaml.vocabulary import GONE_SINCE_3

KEY = "pricing_service"
BEYOND = ("product", "charges", "replaces")
"""Fields of a plan that the format has no words for."""
_WORDS = {
    "product": "the product",
    "charges": "included units and prices per unit",
    "replaces": "the plans it replaces",
}


def sayable(book: PriceBook) -> list[Plan]:
    """Return the plans that stand under the format's `plans`: monthly ones, the first of each name."""
    names: dict[str, Plan] = {}
    for plan in book.plans:
        if plan.billing == "monthly":
            names.setdefault(plan.name, plan)
    return list(names.values())


def unsayable(book: PriceBook, *, custom: bool) -> tuple[dict[str, Any], list[Remark]]:
    """Return what goes under `custom`, and a remark for each thing that does.

    Parameters
    ----------
    book
        The book.
    custom
        Whether the format's version has `custom` (3.x); without it what is named in the remarks is lost.
    """
    fate = "is kept under custom" if custom else "is lost: 2.1 has no place for it"
    held: dict[str, Any] = {}
    remarks = []
    for field, value, words in _parts(book, custom=custom):
        held[field] = value
        remarks.append(Remark("not_in_the_format", f"{words} {fate}"))
    return held, remarks


def _parts(book: PriceBook, *, custom: bool) -> Iterator[tuple[str, Any, str]]:
    """Yield each field of the extension with its value and its name in words."""
    whole = book.as_json()
    shown = sayable(book)
    if plans := {plan.name: beyond for plan in shown if (beyond := _beyond(plan))}:
        yield "plans", plans, "; ".join(f"plan {name}: {_named(beyond)}" for name, beyond in plans.items())
    keys = {plan.key for plan in shown}
    lines = [{"at": at, **whole["plans"][at]} for at, plan in enumerate(book.plans) if plan.key not in keys]
    if lines:
        named = ", ".join(f"{line['name']} ({line['billing']})" for line in lines)
        yield "lines", lines, f"plans beside the first of each name: {named}"
    if book.grandfathered:
        yield "grandfathered", whole["grandfathered"], "who keeps older prices and allowances"
    if book.prorates != "price":
        yield "prorates", book.prorates, f"that {book.prorates.replace('_', ' ')} is prorated"
    types = {limit.name: limit.type for limit in book.usage_limits if limit.type in GONE_SINCE_3}
    if types and custom:
        yield "limit_types", types, f"limits of a type that 3.0 dropped: {', '.join(types)}"
    if book.custom is not None and (not custom or not _is_open_mapping(book.custom)):
        yield "custom", book.custom, "custom content"
    if book.created_on is None:
        yield "undated", True, "that the book has no date of its own"


def _beyond(plan: Plan) -> dict[str, Any]:
    found = plan.model_dump(mode="json", include=set(BEYOND))
    return {field: found[field] for field in BEYOND if found[field]}


def _named(beyond: Mapping[str, Any]) -> str:
    return ", ".join(_WORDS[field] for field in beyond)


def _is_open_mapping(custom: object) -> bool:
    return isinstance(custom, dict) and KEY not in custom


def with_extension(book: PriceBook, held: Mapping[str, Any]) -> Any:
    """Return the document's `custom`: the book's own, with the extension beside it where there is one."""
    if not held:
        return book.custom
    own = book.custom if isinstance(book.custom, dict) and _is_open_mapping(book.custom) else {}
    return {**own, KEY: dict(held)}


def split(custom: Any) -> tuple[Any, dict[str, Any]]:
    """Take a document's `custom` apart: the book's own, and the extension."""
    if not isinstance(custom, dict) or not isinstance(custom.get(KEY), dict):
        return custom, {}
    held = dict(custom[KEY])
    own = {name: value for name, value in custom.items() if name != KEY}
    return held.pop("custom", own or None), held


def charged_limits(book: PriceBook) -> list[UsageLimit]:
    """Return a usage limit for each metric that plans charge for and that no limit of the book tells of."""
    known = {limit.name for limit in book.usage_limits}
    known = known.union(*(sold.usage_limits for sold in book.sold))
    metrics = dict.fromkeys(charge.metric for plan in sayable(book) for charge in plan.charges)
    return [
        UsageLimit(name=metric, type="RENEWABLE", value_type="NUMERIC", default=None, unit=metric)
        for metric in metrics
        if metric not in known
    ]
