"""Company names are invented, distinct and decided by the seed."""

from __future__ import annotations

from experiments.market.names import company_names
from experiments.market.noise import stream


def test_names_are_distinct_and_decided_by_the_seed():
    names = company_names(600, stream(1, "names"))

    assert len(set(names)) == 600
    assert names == company_names(600, stream(1, "names"))
    assert names != company_names(600, stream(2, "names"))
