"""Products against each other: shares sum to one, cheaper sells more, strangers are refused by name."""

from __future__ import annotations

import json

import pytest

from models.errors import InvalidInput
from models.surveys._base import Asked
from models.surveys._market_of import Product
from models.surveys.conjoint import Conjoint
from tests.contracts.survey_columns import columns_of

ASKED = Asked(unit="EUR/month", seed=3, resamples=200, unit_cost=5.0)
OURS = Product(name="ours", price=25.0, own=True, attributes=(("seats", 2.0), ("support", "premium")))
THEIRS = Product(name="theirs", price=25.0, attributes=(("seats", 1.0), ("support", "basic")))


def market(*products: Product) -> dict:
    answers = Conjoint.answers.of(columns_of("choices", n=60))
    return Conjoint(model="logit", products=products).read(answers, ASKED).details["market"]


def shares(found: dict) -> dict[str, float]:
    return {row["name"]: row["share"]["value"] for row in found["shares"]}


def test_everybody_takes_one_offer_or_nothing():
    found = market(OURS, THEIRS)

    assert list(shares(found)) == ["ours", "theirs", "none"]
    assert sum(shares(found).values()) == pytest.approx(1)
    json.dumps(found, allow_nan=False)


def test_a_better_product_at_the_same_price_sells_more_and_a_dearer_one_less():
    found = shares(market(OURS, THEIRS))

    assert found["ours"] > found["theirs"]
    dear = Product(name="ours", price=40.0, own=True, attributes=OURS.attributes)
    assert shares(market(dear, THEIRS))["ours"] < found["ours"]


def test_profit_is_what_is_sold_over_cost():
    found = market(OURS, THEIRS)

    sold = found["per_people"] * shares(found)["ours"]
    assert found["revenue"]["value"] == pytest.approx(25 * sold)
    assert found["profit"]["value"] == pytest.approx(20 * sold)


def test_our_best_price_earns_no_less_than_todays():
    found = market(OURS, THEIRS)
    (best,) = found["best_prices"]

    assert best["profit"]["value"] >= found["profit"]["value"] * 0.999
    assert best["price"]["low"] <= best["price"]["value"] <= best["price"]["high"]
    assert best["regret"] >= 0


def test_what_a_product_leaves_out_is_that_of_the_typical_one():
    answers = Conjoint.answers.of(columns_of("choices", n=60))
    typical = tuple(answers.coding.product.items())

    assert shares(market(Product(name="ours", price=25.0, own=True), THEIRS)) == shares(
        market(Product(name="ours", price=25.0, own=True, attributes=typical), THEIRS)
    )


@pytest.mark.parametrize(
    ("products", "says"),
    [
        ((THEIRS,), "at least one must be ours"),
        (
            (Product(name="x", price=1.0, own=True, attributes=(("colour", "red"),)),),
            "colour.*seats.*support",
        ),
        (
            (Product(name="x", price=1.0, own=True, attributes=(("support", "gold"),)),),
            "gold.*basic.*premium",
        ),
        ((Product(name="x", price=1.0, own=True, attributes=(("seats", "many"),)),), "seats.*many"),
    ],
)
def test_what_was_never_shown_is_refused_with_what_was(products, says):
    with pytest.raises(InvalidInput, match=says):
        market(*products)
