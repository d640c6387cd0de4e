"""Invented company names, plausible and distinct."""

from __future__ import annotations

import numpy as np

_FIRST = (
    "Alder", "Amber", "Arbor", "Aster", "Beacon", "Birch", "Bramble", "Bright", "Cedar", "Clover",
    "Copper", "Coral", "Crest", "Delta", "Drift", "Ember", "Fable", "Falcon", "Fern", "Flint", "Garnet",
    "Glen", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Ivory", "Juniper", "Kestrel", "Lark",
    "Linden", "Lumen", "Maple", "Marble", "Meadow", "Mistral", "Nimbus", "North", "Oak", "Olive",
    "Onyx", "Orchard", "Osprey", "Pebble", "Pine", "Quarry", "Quill", "Raven", "Ridge", "River",
    "Rowan", "Saffron", "Sable", "Sienna", "Slate", "Sparrow", "Stone", "Summit", "Thistle", "Timber",
    "Umber", "Vale", "Willow",
)  # fmt: skip
_SECOND = (
    "bank", "bridge", "brook", "field", "ford", "gate", "grove", "haven", "hill", "lane", "mark", "mere",
    "moor", "path", "point", "port", "shore", "side", "stead", "ton", "view", "way", "wood", "works",
)  # fmt: skip
_LAST = (
    "Group",
    "Partners",
    "Systems",
    "Logistics",
    "Foods",
    "Health",
    "Studio",
    "Retail",
    "Labs",
    "Services",
)


def company_names(n: int, rng: np.random.Generator) -> list[str]:
    """Return n different names; 15,360 are possible.

    Examples
    --------
    >>> len(set(company_names(600, np.random.default_rng(1))))
    600
    """
    everything = len(_FIRST) * len(_SECOND) * len(_LAST)
    picks = rng.choice(everything, n, replace=False)
    first, rest = np.divmod(picks, len(_SECOND) * len(_LAST))
    second, last = np.divmod(rest, len(_LAST))
    return [f"{_FIRST[a]}{_SECOND[b]} {_LAST[c]}" for a, b, c in zip(first, second, last, strict=True)]
