"""`Chart`: what every picture of the report declares, and `Picture`: a chart drawn for two widths."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar

from markupsafe import Markup

from api.pages.charts._svg import Sketch, draw_svg

Data = TypeVar("Data")

WIDE, NARROW = 860, 327
"""Drawing widths in CSS pixels: a desk, and a phone of 375 px less its margins."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart ready for the page.

    Parameters
    ----------
    name
        The chart's file name; anchors and ids come from it.
    title
        What the picture says, as a sentence.
    caption
        How to read it.
    wide, narrow
        The same drawing as SVG for a desk and for a phone.
    """

    name: str
    title: str
    caption: str
    wide: Markup
    narrow: Markup


def altair() -> ModuleType:
    """Return altair; imported only where charts are drawn, for the import takes a second."""
    return importlib.import_module("altair")


class Chart(ABC, Generic[Data]):
    """One picture of one kind of analysis; its module's stem is its name."""

    kind: ClassVar[str]
    place: ClassVar[int]
    """Where it stands among the pictures; smaller comes first."""

    @property
    def name(self) -> str:
        """The module's stem."""
        return type(self).__module__.rsplit(".", 1)[-1]

    def draw(self, result: Mapping[str, Any], *, currency: str) -> Picture | None:
        """Draw the picture for both widths, or return None where the result carries no data for it."""
        data = self.data(result)
        if not data:
            return None
        wide, narrow = (
            draw_svg(
                self.sketch(data, currency=currency, width=width),
                name=f"{self.name}-{width}",
                label=self.words(data, currency=currency),
            )
            for width in (WIDE, NARROW)
        )
        return Picture(self.name, self.title(data, currency=currency), self.caption(data), wide, narrow)

    @abstractmethod
    def data(self, result: Mapping[str, Any]) -> Data | None:
        """Take what the picture needs out of the kind's result; empty or None where it is not there."""

    @abstractmethod
    def title(self, data: Data, *, currency: str) -> str:
        """Say what the picture shows, as a sentence."""

    @abstractmethod
    def caption(self, data: Data) -> str:
        """Say how to read it."""

    @abstractmethod
    def words(self, data: Data, *, currency: str) -> str:
        """Put the picture's numbers into words, for readers who do not see it."""

    @abstractmethod
    def sketch(self, data: Data, *, currency: str, width: int) -> Sketch:
        """Make the chart at a width in CSS pixels."""
