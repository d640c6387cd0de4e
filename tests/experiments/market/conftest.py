"""One simulated market that the tests look at from many sides."""

from __future__ import annotations

import pytest

from experiments.market import Market, Regime, draw_business, simulate


@pytest.fixture(scope="session")
def steady() -> Market:
    return simulate(draw_business(2, Regime.STEADY), 2)
