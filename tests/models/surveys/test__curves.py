"""The curves must hold exact shares at answered prices, by convention, and leave out what was not asked."""

from __future__ import annotations

import numpy as np

from models.surveys._base import Asked
from models.surveys._curves import curves
from models.surveys._price_sensitivity import PriceSensitivity
from models.surveys.van_westendorp import VanWestendorp


def answers(**changed: list[float]) -> PriceSensitivity:
    rows = {
        "too_cheap": [10.0, 20.0], "cheap": [20.0, 30.0], "expensive": [30.0, 50.0], "too_expensive": [50.0, 90.0],
    }  # fmt: skip
    columns = {name: np.array(values) for name, values in (rows | changed).items()}
    return PriceSensitivity.of({"respondent_id": np.array(["a", "b"], dtype=object)} | columns)


def at(rows: list[dict[str, float]], price: float) -> dict[str, float]:
    return min(rows, key=lambda row: abs(row["price"] - price))


def test_the_lowest_price_is_too_cheap_to_all_who_named_it_or_more_and_expensive_to_nobody() -> None:
    first = curves(answers(), inclusive=True)[0]

    assert first == {"price": 10.0, "too_cheap": 1.0, "cheap": 1.0, "expensive": 0.0, "too_expensive": 0.0}


def test_by_the_strict_convention_a_price_is_not_too_cheap_to_whoever_named_it() -> None:
    assert curves(answers(), inclusive=False)[0]["too_cheap"] == 0.5


def test_shares_fall_or_rise_with_the_price() -> None:
    rows = curves(answers(), inclusive=True)

    for question, sign in (("too_cheap", -1), ("cheap", -1), ("expensive", 1), ("too_expensive", 1)):
        assert (sign * np.diff([row[question] for row in rows]) >= 0).all()
    assert at(rows, 40.0)["expensive"] == 0.5


def test_a_weight_counts_as_so_many_respondents() -> None:
    rows = curves(answers(weight=[3.0, 1.0]), inclusive=True)

    assert at(rows, 40.0)["expensive"] == 0.75


def test_a_question_that_was_not_asked_has_no_curve() -> None:
    rows = curves(answers(too_cheap=[np.nan, np.nan]), inclusive=True)

    assert "too_cheap" not in rows[0]


def heaped() -> PriceSensitivity:
    """Sixty people who name round prices, and ten who name prices of another world."""
    rng = np.random.default_rng(4)
    expensive = 5 * np.round(np.exp(rng.normal(3.6, 0.4, 70)) / 5 + 1)
    expensive[60:] = 1000.0
    steps = {"too_cheap": 0.5, "cheap": 0.7, "expensive": 1.0, "too_expensive": 1.3}
    columns = {name: np.round(step * expensive) for name, step in steps.items()}
    ids = np.array([f"r{at:02}" for at in range(70)], dtype=object)
    return PriceSensitivity.of({"respondent_id": ids} | columns)


def test_round_answers_far_beyond_the_points_do_not_flatten_the_picture() -> None:
    points = VanWestendorp().points(heaped(), Asked(unit="EUR"))

    rows = curves(heaped(), inclusive=True, points=points.values())

    highest = points["pme"].value
    assert highest is not None
    assert rows[-1]["price"] <= 2 * highest + 1e-9 < 200
    assert all(each.high is not None and each.high <= rows[-1]["price"] for each in points.values())


def test_the_curves_cross_where_the_points_are() -> None:
    points = VanWestendorp().points(heaped(), Asked(unit="EUR"))

    rows = curves(heaped(), inclusive=True, points=points.values())

    pairs = {
        "opp": lambda row: row["too_expensive"] - row["too_cheap"],
        "idp": lambda row: row["expensive"] - row["cheap"],
        "pmc": lambda row: 1 - row["cheap"] - row["too_cheap"],
        "pme": lambda row: row["too_expensive"] - (1 - row["expensive"]),
    }
    for name, above in pairs.items():
        price = points[name].value
        assert price is not None
        assert max(above(row) for row in rows if row["price"] < price) < 1e-9
        assert min(above(row) for row in rows if row["price"] > price) > -1e-9
