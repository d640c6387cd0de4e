"""`KeyFigure`: a big number of the first screen, with its range and one line of what to make of it."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.figures import Shown


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A big number: what it is, the number, its range in words, and one line of what to make of it."""

    label: str
    value: str
    range: str = ""
    note: str = ""
    known: bool = True


def key_figure(label: str, shown: Shown, *, note: str) -> KeyFigure:
    """Make one of an estimate; where it has no value its reason stands in place of range and note.

    >>> key_figure("One unit is worth", Shown(unknown="not known: no customer reports outcomes"), note="net").range
    'no customer reports outcomes'
    """
    if shown.unknown:
        return KeyFigure(label, "not known", range=shown.unknown.removeprefix("not known: "), known=False)
    return KeyFigure(label, shown.value, range=shown.interval, note=note)
