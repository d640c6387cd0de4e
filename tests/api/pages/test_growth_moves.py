"""The report sets leaving, shrinking and growing side by side, and says why a way is silent."""

from __future__ import annotations

from typing import Any

from api.pages.growth_moves import moves
from api.pages.growth_words import WAYS
from pricing_service.decisions import _growth_ends
from tests.api.pages.charts.growing import KNOWN, estimate
from tests.api.pages.test_growth_section import said

Json = dict[str, Any]


def way(factor: float, *, stands_out: bool) -> Json:
    ratio = estimate(factor, unit="ratio")
    return {
        "months": 40,
        "effects": [
            {
                "covariate": "idle",
                "words": "a month without any use",
                "odds_ratio": ratio,
                "stands_out": stands_out,
            }
        ],
        "out_of_time": {"observed_to_expected": estimate(1.1, unit="ratio"), "groups": []},
        "first_within_a_year": estimate(0.3),
    }


ENDS: Json = {
    "churn": way(8.0, stands_out=True),
    "contraction": {"months": 2, "effects": [], "out_of_time": {}, "reason": "too_few_shrank"},
    "expansion": way(0.5, stands_out=False),
}


def test_a_covariate_is_a_row_and_a_way_a_column() -> None:
    table = moves({"ends": ENDS})

    assert list(table["ways"].values()) == ["Leaving", "Growing"]
    assert [list(row["ways"]) for row in table["rows"]] == [["churn", "expansion"]]


def test_the_page_marks_what_stands_out_and_says_why_a_way_is_silent() -> None:
    page = said({**KNOWN, "ends": ENDS})

    assert "a month without any use 8.00 7.60–8.40 stands out 0.500 0.475–0.525" in page
    assert "Happens first, within a year 30 %" in page
    assert "Shrinking: not known: too few customers paid less than the month before" in page


def test_every_way_has_a_name() -> None:
    assert tuple(WAYS) == _growth_ends.WAYS
