"""The next price to ask must come from the list, follow the answers, and leave other surveys alone."""

from __future__ import annotations

import numpy as np

from pricing_service.decisions._next_price import next_price
from pricing_service.decisions._surveys import Survey
from tests.contracts.survey_columns import columns_of


def survey(table: str = "purchase_intent", **changed: object) -> Survey:
    return Survey(table, "postings", "EUR/postings", columns_of(table, n=40) | changed)


def test_the_first_question_is_a_price_of_the_list_and_the_second_goes_the_way_of_the_answer() -> None:
    question = next_price(survey())

    assert question is not None
    assert question["price"] in {12.0, 20.0, 28.0, 36.0, 48.0, 60.0}
    assert question["after_no"]["price"] < question["price"] < question["after_yes"]["price"]


def test_where_people_would_pay_more_the_first_question_is_dearer() -> None:
    cheap, dear = (
        next_price(
            Survey("purchase_intent", "postings", "EUR", columns_of("purchase_intent", n=60, median=median))
        )
        for median in (18.0, 50.0)
    )

    assert cheap is not None
    assert dear is not None
    assert cheap["price"] < dear["price"]


def test_intents_on_a_scale_of_five_count_as_a_yes_from_likely_upwards() -> None:
    binary = survey()
    five = np.where(binary.columns["intent"] == 1, 4.0, 2.0)
    scale = np.full(five.size, "1-5", dtype=object)

    assert next_price(survey(intent=five, scale=scale)) == next_price(binary)


def test_other_surveys_and_a_single_price_have_no_next_question() -> None:
    assert next_price(survey("price_sensitivity")) is None
    assert next_price(survey(price=np.full(240, 20.0))) is None


def test_prices_that_are_different_for_everybody_are_no_list_to_choose_from() -> None:
    assert next_price(survey(price=np.linspace(10.0, 70.0, 240))) is None
