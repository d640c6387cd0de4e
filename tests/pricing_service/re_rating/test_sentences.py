"""A simulation is said in words that hold for its numbers."""

from __future__ import annotations

import pytest

from pricing_service.re_rating.sentences import signed


@pytest.mark.parametrize(
    ("share", "text"), [(0.05, "+5.0 %"), (-0.125, "−12.5 %"), (0.0, "±0.0 %"), (2.0, "+200.0 %")]
)
def test_a_change_carries_its_sign(share: float, text: str) -> None:
    assert signed(share) == text
