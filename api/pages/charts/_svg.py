"""From a chart to inline SVG: drawn offline, reduced to shapes and text, the same bytes every time."""

from __future__ import annotations

import re
from typing import Any, Protocol
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from api.pages.charts._palette import INK, MUTED, RULE

# Everything else is dropped: no name in the data can bring a link, a script or an event handler along.
ELEMENTS = {"svg", "g", "path", "rect", "line", "circle", "text", "tspan", "defs", "clipPath"}
ATTRIBUTES = {
    "id", "clip-path", "transform", "d", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "width", "height", "r",
    "cx", "cy", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-linecap", "opacity", "text-anchor", "font-size", "font-weight", "font-style", "viewBox",
}  # fmt: skip

# Arial's measures: the font that the renderer carries, so that layout does not depend on the machine. The
# page shows the reader's own system font instead.
MEASURING_FONT = "Arial"

CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": MEASURING_FONT,
    "view": {"stroke": None},
    "axis": {
        "domain": False, "ticks": False, "gridColor": RULE, "labelColor": MUTED, "labelFontSize": 12,
        "labelPadding": 6, "titleColor": MUTED, "titleFontSize": 12, "titleFontWeight": "normal",
        "titlePadding": 10, "labelOverlap": "greedy",
    },
    "title": {"color": INK, "fontSize": 13, "fontWeight": 600, "anchor": "start", "offset": 8},
    "text": {"color": INK, "fontSize": 12},
    "concat": {"spacing": 28},
}  # fmt: skip


class Sketch(Protocol):
    """A chart that can say itself in Vega-Lite; every altair chart can."""

    def to_dict(self) -> dict[str, Any]:
        """Return the Vega-Lite specification."""


def draw_svg(sketch: Sketch, *, name: str, label: str) -> Markup:
    """Draw a chart as inline SVG for a page.

    Parameters
    ----------
    sketch
        Any altair chart.
    name
        Prefix of the ids inside, so that several charts share a page.
    label
        What the picture shows, in words; read aloud instead of the shapes.
    """
    import vl_convert  # noqa: PLC0415 - house rule 8: only where charts are drawn

    spec = sketch.to_dict()
    spec["config"] = CONFIG  # instead of altair's own default sizes
    root = ET.fromstring(vl_convert.vegalite_to_svg(spec))
    _reduce(root)
    _rename_ids(root, prefix=name)
    width = root.attrib.pop("width")
    root.attrib.pop("height")
    body = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    opening = f'<svg role="img" aria-label="{escape(label)}" style="max-width:{escape(width)}px" '
    return Markup(body.replace("<svg ", opening, 1))


def _reduce(element: ET.Element) -> None:
    """Keep shapes and text only, without namespaces, and round coordinates to a tenth of a pixel."""
    element.tag = element.tag.rsplit("}", 1)[-1]
    element.attrib = {
        key: re.sub(r"-?\d+\.\d{2,}", _rounded, value)
        for key, value in element.attrib.items()
        if key in ATTRIBUTES
    }
    for child in list(element):
        shown = child.attrib.get("display") != "none" and not _transparent(child)
        if shown and child.tag.rsplit("}", 1)[-1] in ELEMENTS:
            _reduce(child)
        if not shown or child.tag not in ELEMENTS or (child.tag == "g" and not len(child)):
            element.remove(child)


def _transparent(element: ET.Element) -> bool:
    """Whether the element is a group's invisible background, which the renderer draws around everything."""
    return element.attrib.get("class") == "background" and "stroke" not in element.attrib


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 1) + 0.0:g}"  # adding zero makes minus zero plain


def _rename_ids(root: ET.Element, *, prefix: str) -> None:
    """Renumber ids from one: the renderer's own numbers go on counting from chart to chart."""
    names = {
        element.attrib["id"]: f"{prefix}-{place}"
        for place, element in enumerate(root.iter(), 1)
        if "id" in element.attrib
    }
    for element in root.iter():
        if "id" in element.attrib:
            element.attrib["id"] = names[element.attrib["id"]]
        if clip := re.fullmatch(r"url\(#(.+)\)", element.attrib.get("clip-path", "")):
            element.attrib["clip-path"] = f"url(#{names.get(clip[1], clip[1])})"
