"""Terms say what is made as large as possible, and refuse what makes no sense."""

from __future__ import annotations

import pytest

from models.errors import InvalidInput
from models.willingness.terms import Terms


@pytest.mark.parametrize(
    ("terms", "goal"),
    [
        (Terms(), "revenue"),
        (Terms(unit_cost=1.0), "profit"),
        (Terms(unit_cost=1.0, churn_elasticity=0.5), "lifetime_value"),
    ],
)
def test_what_counts_follows_from_costs_and_churn(terms, goal):
    assert terms.goal == goal


@pytest.mark.parametrize("wrong", [{"unit_cost": -1.0}, {"churn_elasticity": float("nan")}])
def test_terms_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        Terms(**wrong)
