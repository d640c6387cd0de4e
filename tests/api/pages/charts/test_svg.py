"""Charts must reach the page as shapes and text only, the same bytes every time."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import altair as alt
import pytest

from api.pages.charts._svg import ATTRIBUTES, ELEMENTS, draw_svg

PAYLOAD = "</text><script>alert(1)</script><a href=\"javascript:alert(1)\" onclick='x'>"


def sketch(name: str = "plain") -> alt.Chart:
    data = alt.Data(values=[{"name": name, "x": 1.0}, {"name": "other", "x": 20.0}])
    return alt.Chart(data).mark_bar(clip=True, tooltip=True).encode(x="x:Q", y="name:N")


@pytest.mark.parametrize("name", ["plain", PAYLOAD])
def test_only_shapes_and_text_are_left(name):
    linked = sketch(name).encode(href="name:N")

    root = ET.fromstring(draw_svg(linked, name="c", label=name))

    assert {element.tag for element in root.iter()} <= ELEMENTS
    names = {key for element in root.iter() for key in element.attrib}
    assert names <= ATTRIBUTES | {"role", "aria-label", "style"}


def test_a_hostile_name_is_text():
    root = ET.fromstring(draw_svg(sketch(PAYLOAD), name="c", label=PAYLOAD))

    assert root.attrib["aria-label"] == PAYLOAD
    assert any((element.text or "").startswith("</text><script>") for element in root.iter("text"))


def test_ids_do_not_count_on_from_chart_to_chart():
    first, second = (draw_svg(sketch(), name="c", label="l") for _ in range(2))

    assert first == second
    assert 'id="c-' in first
    assert 'clip-path="url(#c-' in first


def test_two_charts_on_a_page_share_no_id():
    first, second = (ET.fromstring(draw_svg(sketch(), name=name, label="l")) for name in ("a", "b"))

    ids = [
        {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
        for root in (first, second)
    ]
    assert ids[0].isdisjoint(ids[1])
