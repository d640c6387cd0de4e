"""A menu of two tiers as the API shows it, for its pictures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from api.pages.figures import GAP

TIERS = [
    {"name": "Basic", "price": 99.0, "included_units": 10.0},
    {"name": "Pro", "price": 399.0, "included_units": 60.0},
]
CHARTS = {
    "ladder": {
        "bins": [{"low": 0.0, "high": 20.0, "customers": 30}, {"low": 20.0, "high": 40.0, "customers": 10}],
        "bills": [
            {"tier": "Basic", "units": 0.0, "bill": 99.0},
            {"tier": "Basic", "units": 10.0, "bill": 99.0},
            {"tier": "Pro", "units": 0.0, "bill": 399.0},
            {"tier": "Pro", "units": 40.0, "bill": 399.0},
        ],
    },
    "changes": [
        {"low": None, "high": None, "leaves": True, "customers": 4.0},
        {"low": None, "high": -0.5, "leaves": False, "customers": 6.0},
        {"low": -0.005, "high": 0.005, "leaves": False, "customers": 10.0},
        {"low": 0.005, "high": 0.1, "leaves": False, "customers": 5.0},
        {"low": 0.1, "high": 0.25, "leaves": False, "customers": 15.0},
    ],
    "frontier": [
        {"monthly_margin": 10_000.0, "leave_share": 0.2, "bill_shock": 0.5, "chosen": True},
        {"monthly_margin": 8_000.0, "leave_share": 0.1, "bill_shock": 0.2, "chosen": False},
    ],
    "climbing": [
        {"month": month, "tier": name, "order": at, "share": share}
        for month, shares in ((0, (0.7, 0.3)), (36, (0.4, 0.6)))
        for at, (name, share) in enumerate(zip(("Basic", "Pro"), shares, strict=True))
    ],
}
RESULT = {"metric": "postings", "tiers": TIERS, "charts": CHARTS}


def drawn(chart, **result):
    return chart().draw({**RESULT, **result}, currency="EUR")


def texts(picture):
    return {str(text.text).replace(GAP, " ") for text in ET.fromstring(picture.wide).iter("text")}


def told(chart):
    """Return the title of the picture, and what it says to those who do not see it."""
    picture = drawn(chart)
    return picture.title.replace(GAP, " "), str(ET.fromstring(picture.wide).get("aria-label"))
