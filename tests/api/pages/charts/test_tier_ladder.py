"""The ladder shows what each tier costs over what customers need."""

from __future__ import annotations

from api.pages.charts.tier_ladder import TierLadder
from tests.api.pages.charts.tier_menu import drawn, texts, told


def test_tiers_are_counted_and_told_in_words():
    title, words = told(TierLadder)

    assert title == "2 tiers, and how many customers need how much"
    assert "Basic" in words


def test_the_ladder_names_its_tiers_at_their_lines():
    assert {"Basic", "Pro"} <= texts(drawn(TierLadder))


def test_without_data_there_is_no_picture():
    assert drawn(TierLadder, charts={}) is None
