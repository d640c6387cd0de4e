"""Codes of the API in plain words; a code without words of its own loses its underscores."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "": "the data do not carry it",
        "constant": "it never changes in these data",
        "did_not_converge": "the calculation did not settle on one answer",
        "insufficient_customers": "too few customers carry evidence",
        "no_eligible_metric": "no metric passed the checks",
        "no_history": "the history is too short",
        "no_ideal_customers": "ideal customers cannot be told from the others yet",
        "no_outcomes": "no customer reports outcomes",
        "no_reporters": "no customer reports outcomes",
        "no_traits": "customers carry no traits to compare by",
        "no_unit_ids": "usage does not say which unit it belongs to",
        "no_units": "the metric was never used",
        "no_usage": "there is no usage of it in the window",
        "not_identified": "units would have to move for outside reasons; more of the same will not do",
        "not_monetised": "its outcomes carry no value in money",
        "zero_spread": "every customer has the same value per unit",
    }
)

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "outcomes": "Reported outcomes",
        "worth_checks": "Worth checks (“is this figure right for you?”)",
        "prior": "Prior research figure",
        "price_sensitivity": "Price sensitivity survey",
        "purchase_intent": "Purchase intent survey",
        "choices": "Choice experiment",
        "quotes": "Quotes won and lost",
        "renewals": "Renewals at known prices",
    }
)

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "value_metrics": "What to charge for",
        "unit_worth": "What one unit is worth",
        "willingness_to_pay": "Willingness to pay",
        "ideal_customers": "Ideal customers",
        "tiers": "Tiers",
        "raises": "Price raises",
        "growth": "Growth and retention",
        "success_response": "What success does to renewal",
        "next_value": "What to offer next",
    }
)


def plain(code: object) -> str:
    """Take the underscores out of a code: ``no_unit_ids`` becomes ``no unit ids``."""
    return str(code if code is not None else "").replace("_", " ").strip()


def reason_in_words(code: object) -> str:
    """Say in plain words why a number is not known.

    >>> reason_in_words("no_outcomes"), reason_in_words("a_new_code")
    ('no customer reports outcomes', 'a new code')
    """
    return REASONS.get(str(code or ""), plain(code))


def kind_in_words(kind: object) -> str:
    """Name a kind of analysis for readers."""
    return KINDS.get(str(kind), plain(kind).capitalize())


def source_in_words(source: object) -> str:
    """Name a source of evidence for readers."""
    return SOURCES.get(str(source), plain(source).capitalize())


def joined(names: list[str], *, last: str = "and") -> str:
    """Join names as a sentence does: ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""
