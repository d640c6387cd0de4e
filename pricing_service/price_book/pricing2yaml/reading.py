"""From a Pricing2Yaml document to a price book; what cannot be read is refused or remarked on, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from pricing_service.price_book.book import PriceBook
from pricing_service.price_book.errors import PriceBookRefused, Remark
from pricing_service.price_book.formulas import CONTACT_US, evaluate, is_formula
from pricing_service.price_book.numbers import plain_number
from pricing_service.price_book.pricing2yaml import extension
from pricing_service.price_book.pricing2yaml.text import load
from pricing_service.price_book.pricing2yaml.vocabulary import (
    ADD_ON,
    CONSTRAINTS,
    FEATURE,
    LIMIT,
    PLAN,
    SYNTAX_VERSIONS,
    TOP,
    newer_expression,
)

_SECTIONS = ("features", "usageLimits", "plans", "addOns")
_REQUIRED = ("saasName", "createdAt", "currency")
Document = Mapping[str, Any]


def read_pricing(text: str) -> tuple[PriceBook, tuple[Remark, ...]]:
    """Read a price book from Pricing2Yaml.

    Parameters
    ----------
    text
        A document of syntax 2.1, 3.0 or 3.1.

    Returns
    -------
    tuple
        The book, and remarks: fields that were not read, names that lead nowhere, formulas that are not evaluated.

    Raises
    ------
    PriceBookRefused
        If it is not YAML, not this format, or breaks the rules of a price book; each fault has its place.

    Examples
    --------
    >>> book, remarks = read_pricing('''
    ... syntaxVersion: "3.1"
    ... saasName: Jobs
    ... createdAt: 2026-01-01
    ... currency: EUR
    ... plans: {PRO: {price: 19.90, unit: user/month}}
    ... ''')
    >>> book.line("PRO").price, remarks
    (Decimal('19.90'), ())
    """
    return _Reader(load(text)).book()


class _Reader:
    """Reads one document."""

    def __init__(self, document: Any) -> None:
        if not isinstance(document, dict):
            raise PriceBookRefused("A Pricing2Yaml document is a mapping with saasName, currency and plans.")
        _refuse_syntax(document.get("syntaxVersion"))
        self.document: Document = document
        self.remarks: list[Remark] = []
        self.custom, self.held = extension.split(_as_json(document.get("custom")))

    def book(self) -> tuple[PriceBook, tuple[Remark, ...]]:
        """Return the book with what there is to know about it."""
        if missing := [word for word in _REQUIRED if self.document.get(word) is None]:
            raise _missing(missing)
        self._remark_on_unknown(self.document, {"syntaxVersion", "custom", *_SECTIONS, *TOP}, "the document")
        self._drop_what_is_written_for_readers()
        fields = {
            field: self.document[word] for word, field in TOP.items() if self.document.get(word) is not None
        }
        fields |= {"variables": _as_json(fields.get("variables", {})), "custom": self.custom}
        for word in ("name", "label", "url"):
            if word in fields:
                fields[word] = _text(fields[word])
        fields["created_on"] = None if self.held.get("undated") else _text(fields["created_on"])
        fields |= {
            "features": [self._feature(*each) for each in self._section("features")],
            "usage_limits": [self._limit(*each) for each in self._section("usageLimits")],
            "plans": self._plans(fields["variables"]),
            "add_ons": [self._sold(*each, ADD_ON, fields["variables"]) for each in self._section("addOns")],
        }
        fields |= {word: self.held[word] for word in ("prorates", "grandfathered") if word in self.held}
        try:
            book = PriceBook.model_validate(fields)
        except ValidationError as error:
            raise PriceBookRefused.of(error) from error
        self.remarks += _lost_names(book)
        return book, tuple(self.remarks)

    def _section(self, word: str) -> Iterable[tuple[str, Document]]:
        """Yield the named parts of a section; an empty one is none."""
        section = self.document.get(word)
        if section is None:
            return
        if not isinstance(section, dict):
            raise _fault(word, "is a mapping from names to what they are")
        for name, part in section.items():
            if not isinstance(part, dict):
                raise _fault(f"{word}/{name}", "is a mapping")
            yield name, part

    def _fields(self, name: str, part: Document, words: Mapping[str, str]) -> dict[str, Any]:
        self._remark_on_unknown(part, words, name)
        read = {field: part[word] for word, field in words.items() if part.get(word) is not None}
        return {"name": name} | {
            field: _text(value) if field in _TEXTS else value for field, value in read.items()
        }

    def _feature(self, name: str, part: Document) -> dict[str, Any]:
        read = self._fields(name, part, FEATURE)
        for field in ("expression", "server_expression"):
            if isinstance(read.get(field), str):
                read[field] = newer_expression(read[field])
        return read | ({"default": _value(read["default"])} if "default" in read else {})

    def _limit(self, name: str, part: Document) -> dict[str, Any]:
        if part.get("defaultValue") is None:
            raise _fault(f"usageLimits/{name}/defaultValue", "is needed; .inf stands for unlimited")
        read = self._fields(name, part, LIMIT)
        types = self.held.get("limit_types") or {}
        return read | {"default": _value(read["default"]), "type": types.get(name, read.get("type"))}

    def _plans(self, variables: Document) -> list[dict[str, Any]]:
        """Read the plans, each with what the extension adds, and those that stand in the extension alone."""
        beyond = self.held.get("plans") or {}
        plans = [
            self._sold(name, part, PLAN, variables) | beyond.get(name, {})
            for name, part in self._section("plans")
        ]
        for line in sorted(self.held.get("lines") or [], key=lambda line: line["at"]):
            plans.insert(line["at"], {field: value for field, value in line.items() if field != "at"})
        return plans

    def _sold(
        self, name: str, part: Document, words: Mapping[str, str], variables: Document
    ) -> dict[str, Any]:
        """Read a plan or an add-on."""
        read = {"unit": None} | self._fields(name, part, words)
        for field in ("features", "usage_limits", "extensions"):
            if field in read:
                read[field] = _values(read[field], f"{name}/{field}")
        if "constraints" in read:
            read["constraints"] = _constraints(read["constraints"], name)
        price = read.get("price")
        if price == CONTACT_US:
            read["price"] = None
        elif isinstance(price, str):
            read |= {"price": evaluate(price, variables), "price_text": price}
            if read["price"] is None and is_formula(price):
                message = f"{name}: the formula {price!r} is more than arithmetic and is kept as words"
                self.remarks.append(Remark("formula_not_evaluated", message))
        return read

    def _drop_what_is_written_for_readers(self) -> None:
        written = self.held.get("written_for_readers") or {}
        limits, add_ons = written.get("usage_limits", ()), written.get("add_ons", ())
        document = dict(self.document)
        document["usageLimits"] = _without(document.get("usageLimits"), limits)
        document["addOns"] = _without(document.get("addOns"), add_ons)
        if isinstance(document.get("plans"), dict):
            document["plans"] = {
                name: {**part, "usageLimits": _without(part.get("usageLimits"), limits)}
                if isinstance(part, dict)
                else part
                for name, part in document["plans"].items()
            }
        self.document = document

    def _remark_on_unknown(self, part: Document, known: Iterable[str], name: str) -> None:
        if unknown := sorted(str(word) for word in part.keys() - set(known)):
            message = f"{name}: {', '.join(unknown)} is not part of the format and was left out"
            self.remarks.append(Remark("unknown_field", message))


_TEXTS = frozenset(
    {"description", "tag", "unit", "automation_type", "doc_url", "render", "expression", "server_expression"}
)


def _refuse_syntax(version: object) -> None:
    if str(version) not in SYNTAX_VERSIONS:
        known = ", ".join(SYNTAX_VERSIONS)
        raise PriceBookRefused(
            f"syntaxVersion must be one of {known}, and is {version!r}; sphere.score.us.es upgrades older files.",
            [{"pointer": "/syntaxVersion", "code": "unknown_syntax", "message": f"must be one of {known}"}],
        )


def _missing(words: list[str]) -> PriceBookRefused:
    faults = [{"pointer": f"/{word}", "code": "missing_field", "message": "is required"} for word in words]
    return PriceBookRefused(f"The document lacks {', '.join(words)}.", faults)


def _fault(place: str, message: str) -> PriceBookRefused:
    fault = {"pointer": f"/{place}", "code": "not_this_format", "message": message}
    return PriceBookRefused(f"/{place}: {message}", [fault])


def _text(value: Any) -> Any:
    """Read text that YAML took for a number; anything else is left for the book to refuse."""
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _value(value: Any) -> Any:
    return None if isinstance(value, float) and value == float("inf") else value


def _values(part: Any, place: str) -> dict[str, Any]:
    """Read what differs from the defaults: ``{name: {value: …}}``."""
    if not isinstance(part, dict):
        raise _fault(place, "is a mapping")
    for name, each in part.items():
        if not isinstance(each, dict) or each.get("value") is None:
            raise _fault(f"{place}/{name}", "is a mapping with a value")
    return {name: _value(each["value"]) for name, each in part.items()}


def _constraints(part: Any, name: str) -> dict[str, Any]:
    if not isinstance(part, dict) or part.keys() - CONSTRAINTS.keys():
        raise _fault(f"addOns/{name}/subscriptionConstraints", f"has {', '.join(CONSTRAINTS)} only")
    return {CONSTRAINTS[word]: _value(bound) for word, bound in part.items()}


def _without(section: Any, names: Iterable[str]) -> Any:
    if not isinstance(section, dict):
        return section
    return {name: part for name, part in section.items() if name not in set(names)}


def _as_json(value: Any) -> Any:
    """Return any YAML value as JSON carries it; what is infinite becomes its word."""
    if isinstance(value, dict):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if isinstance(value, Decimal):
        return plain_number(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def _lost_names(book: PriceBook) -> list[Remark]:
    """Remark on names that lead nowhere."""
    features, limits = {each.name for each in book.features}, {each.name for each in book.usage_limits}
    plans, add_ons = {each.name for each in book.plans}, {each.name for each in book.add_ons}
    lost: dict[str, set[str]] = {"feature": set(), "usage limit": set(), "plan": set(), "add-on": set()}
    for sold in book.sold:
        lost["feature"] |= sold.features.keys() - features
        lost["usage limit"] |= sold.usage_limits.keys() - limits
    for add_on in book.add_ons:
        lost["usage limit"] |= add_on.extensions.keys() - limits
        lost["plan"] |= set(add_on.available_for or ()) - plans
        lost["add-on"] |= {*add_on.depends_on, *add_on.excludes} - add_ons
    for limit in book.usage_limits:
        lost["feature"] |= set(limit.linked_features or ()) - features
    return [
        Remark("unknown_name", f"there is no {noun} named {', '.join(sorted(names))}")
        for noun, names in lost.items()
        if names
    ]
