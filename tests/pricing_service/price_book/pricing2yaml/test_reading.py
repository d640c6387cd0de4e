"""Documents of the format are read to the letter, and what is wrong with one is said with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing_service.price_book import PriceBookRefused
from pricing_service.price_book.pricing2yaml import read_pricing

PETS = """
saasName: PetClinic
syntaxVersion: "3.0"
version: latest
createdAt: "2025-09-19"
currency: EUR
billing: {monthly: 1, annual: 0.83}
variables: {x: 3}
features:
  pets: {valueType: BOOLEAN, defaultValue: true, type: DOMAIN}
  support: {valueType: TEXT, defaultValue: NO, type: SUPPORT}
usageLimits:
  maxPets:
    {valueType: NUMERIC, defaultValue: 2, unit: pet, type: NON_RENEWABLE, trackable: true, linkedFeatures: [pets]}
  visits: {valueType: NUMERIC, defaultValue: 1, unit: visit, type: RENEWABLE, period: {value: 1, unit: MONTH}}
plans:
  BASIC: {description: Basic, price: 0.0, unit: user/month, features: null}
  GOLD: {price: "5 * #x", unit: user/month, usageLimits: {maxPets: {value: .inf}}}
  PLATINUM: {price: Contact Sales, private: true}
addOns:
  extraPet:
    availableFor: [BASIC, GOLD]
    price: 0.95
    unit: pet/month
    usageLimitsExtensions: {maxPets: {value: 1}}
    subscriptionConstraints: {minQuantity: 2, maxQuantity: 20, quantityStep: 2}
"""


def test_every_noun_of_the_format_is_read():
    book, remarks = read_pricing(PETS)

    assert remarks == ()
    assert (book.name, book.label, book.annual_factor) == ("PetClinic", "latest", Decimal("0.83"))
    assert [feature.default for feature in book.features] == [True, "NO"]
    assert book.usage_limits[1].period.unit == "MONTH"
    gold, platinum = book.line("GOLD"), book.line("PLATINUM")
    assert (gold.price, gold.price_text, gold.per, gold.usage_limits) == (
        15,
        "5 * #x",
        "user",
        {"maxPets": None},
    )
    assert (platinum.price, platinum.price_text, platinum.unit, platinum.private) == (
        None,
        "Contact Sales",
        None,
        True,
    )
    (extra,) = book.add_ons
    assert (extra.extensions, extra.constraints.minimum, extra.constraints.maximum) == ({"maxPets": 1}, 2, 20)


@pytest.mark.parametrize(
    "spelling", ["min: 2, max: 20, step: 2", "minQuantity: 2, maxQuantity: 20, quantityStep: 2"]
)
def test_both_spellings_of_constraints_are_read(spelling):
    text = PETS.replace("minQuantity: 2, maxQuantity: 20, quantityStep: 2", spelling)

    assert read_pricing(text)[0] == read_pricing(PETS)[0]


def test_no_bound_may_be_said_as_infinite():
    text = PETS.replace("maxQuantity: 20", "maxQuantity: .inf")

    assert read_pricing(text)[0].add_ons[0].constraints.maximum is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("currency: EUR", "currency: EUR\nowner: me", "owner is not part of the format"),
        ("linkedFeatures: [pets]", "linkedFeatures: [cats]", "no feature named cats"),
        ("availableFor: [BASIC, GOLD]", "availableFor: [SILVER]", "no plan named SILVER"),
        ('"5 * #x"', '"5 * #p[#r]"', "more than arithmetic"),
    ],
)
def test_what_was_read_with_doubt_is_remarked_on(old, new, says):
    (remark,) = read_pricing(PETS.replace(old, new))[1]

    assert says in remark.message


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('syntaxVersion: "3.0"', 'syntaxVersion: "1.0"', "/syntaxVersion"),
        ("currency: EUR", "", "/currency"),
        ("currency: EUR", "currency: XXQ", "/currency"),
        ("price: 0.0", "price: -1", "/plans/0/price"),
        ("price: 0.0", "price: true", "/plans/0/price"),
        ("annual: 0.83", "annual: 1.2", "/billing/annual"),
        ("type: DOMAIN", "type: MAGIC", "/features/0/type"),
        ("defaultValue: 2, ", "", "/usageLimits/maxPets/defaultValue"),
        ("{value: .inf}", "12", "/GOLD/usage_limits/maxPets"),
        ("{minQuantity: 2", "{least: 2", "/addOns/extraPet/subscriptionConstraints"),
        ('createdAt: "2025-09-19"', "createdAt: soon", "/created_on"),
        ("features: null}", "features: [a]}", "/BASIC/features"),
        ("addOns:\n", "addOns: [1]\nmore:\n", "/addOns"),
        ("addOns:\n", "addOns: {a: 1}\nmore:\n", "/addOns/a"),
    ],
)
def test_what_breaks_the_rules_is_refused_with_its_place(old, new, place):
    assert old in PETS

    with pytest.raises(PriceBookRefused) as refusal:
        read_pricing(PETS.replace(old, new, 1))

    assert place in [fault["pointer"] for fault in refusal.value.faults]


@pytest.mark.parametrize("text", ["", "[]", "just words", "{", "a: 1\n---\nb: 2"])
def test_what_is_no_document_is_refused_in_words(text):
    with pytest.raises(PriceBookRefused):
        read_pricing(text)
