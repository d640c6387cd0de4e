"""Formulas are arithmetic; everything else stays words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing_service.price_book.formulas import evaluate, is_formula


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("9.99", "9.99"),
        ("#x * #y", "30"),
        ("10 + #z", "10.4"),
        ("(#x - 5) / 4", "2.5"),
        ("-#x + 20", "5"),
        ("0.1 + 0.2", "0.3"),
        ("10 / 3", "3.333333"),
    ],
)
def test_arithmetic_over_variables_is_exact(text, worth):
    assert evaluate(text, {"x": 15, "y": 2.0, "z": 0.4}) == Decimal(worth)


@pytest.mark.parametrize(
    "text",
    [
        "Contact Sales",
        "1% up to $99",
        "#unknown",
        "#word",
        "#x / 0",
        "#x - 99",
        "#x ** 9",
        "f(#x)",
        "#x.real",
        "(" * 400,
        "1" * 600,
        "",
    ],
)
def test_everything_else_has_no_number(text):
    assert evaluate(text, {"x": 15, "word": "eu", "truth": True}) is None


def test_a_formula_refers_to_variables():
    assert is_formula("5 * #x")
    assert not is_formula("Contact Sales")
