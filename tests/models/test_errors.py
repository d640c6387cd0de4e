"""Refusals carry facts and codes; mistakes in a call are another branch of the tree."""

from __future__ import annotations

from models.errors import InvalidInput, ModelError, NotEstimable, NotIdentified, TooFewCustomers


def test_too_few_customers_says_how_many_there_are_and_how_many_it_takes():
    refusal = TooFewCustomers(needed=40, got=12)

    assert (refusal.needed, refusal.got) == (40, 12)
    assert refusal.reason == "insufficient_customers"
    assert str(refusal) == "needs 40 customers with evidence, has 12"


def test_not_identified_keeps_its_sentence_and_has_its_code():
    refusal = NotIdentified("all customers have the same units")

    assert refusal.reason == "not_identified"
    assert str(refusal) == "all customers have the same units"


def test_a_mistake_in_the_call_is_no_refusal_of_the_data():
    assert not issubclass(InvalidInput, NotEstimable)
    assert issubclass(InvalidInput, ValueError)
    assert all(issubclass(branch, ModelError) for branch in (InvalidInput, NotEstimable, NotIdentified))
