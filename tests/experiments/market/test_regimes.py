"""Regimes are either inside the estimators' assumptions or outside, never both."""

from __future__ import annotations

from experiments.market import Regime
from experiments.market.regimes import INSIDE, OUTSIDE


def test_every_regime_is_inside_or_outside():
    assert sorted((*INSIDE, *OUTSIDE)) == sorted(Regime)
    assert not any(regime.outside for regime in INSIDE)
    assert all(regime.outside for regime in OUTSIDE)
