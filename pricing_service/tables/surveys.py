"""Surveys: what people say that they would pay."""

from pricing_service.tables.schema import CURRENCY, Column, Kind, Rule, Table, customer, money, one_of

_RESPONDENT = Column("respondent_id", Kind.ID, required=True)
_NOTHING = (
    "no purchase",
    "no_purchase",
    "no choice",
    "nothing",
    "neither",
    "none of these",
    "none of the above",
)
_ABOUT = (customer(required=False), Column("weight", Kind.NUMBER, low=0), CURRENCY)

TABLES = (
    Table(
        "price_sensitivity",
        "one respondent's Van Westendorp answers",
        (
            _RESPONDENT,
            Column("item", Kind.ID),
            money("too_cheap", low=0),
            money("cheap", required=True, low=0),
            money("expensive", required=True, low=0),
            money("too_expensive", required=True, low=0),
            Column("intent_cheap", Kind.NUMBER, low=1, high=5),
            Column("intent_expensive", Kind.NUMBER, low=1, high=5),
            *_ABOUT,
        ),
        key=("respondent_id", "item"),
    ),
    Table(
        "purchase_intent",
        "one Gabor-Granger answer",
        (
            _RESPONDENT,
            Column("item", Kind.ID),
            money("price", required=True, low=0),
            Column("intent", Kind.COUNT, required=True, low=0, high=5),
            one_of("scale", "binary", "1-5", default="binary"),
            Column("order", Kind.COUNT, low=1),
            *_ABOUT,
        ),
        key=("respondent_id", "item", "price"),
        rules=(
            Rule(
                "off_the_scale",
                "intent",
                "(scale = 'binary' AND intent > 1) OR (scale = '1-5' AND intent < 1)",
                "the intent is not on its scale: binary takes 0 or 1, 1-5 takes 1 to 5",
            ),
        ),
    ),
    Table(
        "choices",
        "one alternative in one choice task (conjoint)",
        (
            _RESPONDENT,
            Column("task", Kind.ID, required=True),
            Column("alternative", Kind.ID, required=True, reserved=("none",)),
            Column("chosen", Kind.FLAG, required=True),
            Column("price", Kind.MONEY, required=True, empty_where="alternative = 'none'", low=0),
            Column("item", Kind.ID),
            *_ABOUT,
        ),
        key=("respondent_id", "task", "alternative"),
        rules=(
            Rule(
                "none_in_other_words",
                "alternative",
                f"lower(trim(alternative)) IN {_NOTHING} AND price = 0",
                "this reads as buying nothing, and would count as a product that costs nothing: write none",
            ),
        ),
        together=("respondent_id", "task"),
        extras="attributes",
    ),
    Table(
        "worth_checks",
        "an answer to: we estimate that one unit is worth X to you, is that accurate?",
        (
            _RESPONDENT,
            Column("metric", Kind.ID, required=True, parent="metrics"),
            money("estimate", required=True, low=0),
            one_of("verdict", "too_low", "accurate", "too_high", required=True),
            money("stated", low=0),
            *_ABOUT,
        ),
        key=("respondent_id", "metric"),
    ),
)
