"""The best single tier beside given ones: exact over all kinds and fees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pricing.tiers.best_response import best_response, gains
from tests.models.pricing.tiers.markets import every_menu, wild


@given(st.integers(0, 10_000))
def test_no_other_tier_adds_more(seed):
    market = wild(seed)
    menus = every_menu(market, 2)
    others = menus[seed % len(menus)]

    tier, alone, gain = best_response(market, others)

    every = {
        each[-1]: market.earns((*others, each[-1]))
        for each in ((*others, (kind, fee)) for kind in range(3) for fee in range(4))
        if each[-1][1] not in {fee for _, fee in others}
    }
    assert alone == pytest.approx(market.earns(others))
    assert alone + gain == pytest.approx(max(every.values()))
    assert every[tier] == pytest.approx(max(every.values()))


def test_gains_are_what_each_tier_would_add():
    market = wild(1)

    found = gains(market, [], market.stay_margin)

    for kind in range(3):
        for fee in range(4):
            assert found[kind, fee] == pytest.approx(market.earns(((kind, fee),)) - market.earns(()))


def test_only_allowed_tiers_are_looked_at():
    market = wild(2)
    allowed = np.zeros((3, 4), dtype=bool)
    allowed[1, 2] = True

    assert best_response(market, [], allowed=allowed)[0] == (1, 2)
    assert best_response(market, [], allowed=np.zeros((3, 4), dtype=bool))[2] == -np.inf
