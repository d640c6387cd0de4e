"""The ladder of raises ends at the highest one, and terms without grandfathering are else the same."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from tests.pricing_service.decisions.raising_business import terms


@pytest.mark.parametrize(
    ("highest", "ladder"),
    [
        (0.25, [0, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.25]),
        (0.12, [0, 0.03, 0.05, 0.08, 0.1, 0.12]),
        (0.02, [0, 0.02]),
        (1.0, [0, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.25, 1.0]),
    ],
)
def test_the_ladder_ends_at_the_highest_raise(highest, ladder):
    assert terms(max_raise=highest).levels.tolist() == ladder


def test_without_grandfathering_nothing_else_changes():
    kept = terms(grandfather=("small",), grandfather_months=6, watched=18, max_raise=0.1)

    assert asdict(kept.without_grandfathering()) == asdict(terms(max_raise=0.1))
