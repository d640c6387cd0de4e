"""Text in the page's colours must be readable on both papers."""

from __future__ import annotations

import pytest

from api.pages.charts._palette import PALETTE


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "muted", "accent", "second"])
def test_text_colours_keep_the_contrast_that_small_text_needs(name, scheme):
    assert contrast(getattr(PALETTE[name], scheme), getattr(PALETTE["paper"], scheme)) >= 4.5


def test_the_contrast_of_black_on_white_is_known():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_no_two_names_share_a_light_value():
    # The style sheet finds a chart's colours by their light values.
    assert len({colour.light for colour in PALETTE.values()}) == len(PALETTE)
