"""A business knows whether it breaks what estimators assume."""

from __future__ import annotations

import pytest

from experiments.market import Regime, draw_business


@pytest.mark.parametrize("regime", list(Regime))
def test_a_business_is_outside_where_its_regime_is(regime):
    assert draw_business(1, regime).outside is regime.outside
