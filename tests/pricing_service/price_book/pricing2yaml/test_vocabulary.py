"""Expressions of the versions differ in two words."""

from __future__ import annotations

from pricing_service.price_book.pricing2yaml.vocabulary import newer_expression, older_expression

OLD = "planContext['a'] && userContext['b'] < planContext['c']"
NEW = "pricingContext['a'] && subscriptionContext['b'] < pricingContext['c']"


def test_expressions_go_there_and_back():
    assert newer_expression(OLD) == NEW
    assert older_expression(NEW) == OLD
