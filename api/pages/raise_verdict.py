"""Raises on the first screen: who is to be raised, what that gains and costs, or the band where nothing tells yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.figures import GAP, chance, change, count, estimate, money_range, share
from api.pages.key_figures import KeyFigure, key_figure
from api.pages.raises import NOT_TOLD

Result = Mapping[str, Any]

GAINED = "Raises would gain"
LOST = "Customers lost more in a year"
_USUAL = 0.1
"""The raise that a band is told of, where there is one near it."""


def raise_headline(raises: Result) -> str:
    """Say who is to be raised, or that nobody is.

    >>> raise_headline({"policy": {"raised": 0}})
    'Leave prices as they are'
    """
    policy = raises.get("policy") or {}
    if policy.get("raised"):
        highest = max((group.get("raise") or 0.0 for group in policy.get("groups") or []), default=0.0)
        most = f", by {share(highest)} at most" if highest else ""
        return f"Raise {_whom(raises)}{most}"
    return "Leave prices as they are" if policy else "No raise can be recommended yet"


def raise_figures(raises: Result, *, currency: str) -> list[KeyFigure]:
    """Return what the plan gains, costs and asks; without a plan the band, and what would tell."""
    if not raises.get("policy"):
        return _band_figures(raises, currency=currency)
    if not raises["policy"].get("raised"):
        return [raises_in_brief(raises, currency=currency)]
    expected = raises.get("expected") or {}
    lost, revenue = (estimate(expected.get(name)) for name in ("churn_change", "mrr_change"))
    return [
        key_figure(GAINED, estimate(expected.get("lifetime_value_change")), note=_gain(raises)),
        key_figure(LOST, lost, note=_budget(raises)),
        key_figure("More revenue a month, in a year", revenue, note="after those who leave for it"),
    ]


def raises_in_brief(raises: Result, *, currency: str) -> KeyFigure:
    """Return one figure that stands beside those of other questions."""
    policy, expected = raises.get("policy") or {}, raises.get("expected") or {}
    if policy.get("raised"):
        note = "; ".join(
            part for part in (f"by raising {_whom(raises)}", _budget(raises, ours=LOST.lower())) if part
        )
        return key_figure(GAINED, estimate(expected.get("lifetime_value_change")), note=note)
    if policy:
        return KeyFigure(GAINED, "nothing", note="no raise is worth its churn within the budgets")
    gain, band = expected.get("lifetime_value_change") or {}, _usual(raises)
    if not band and gain.get("reason") != "not_identified":
        return key_figure(GAINED, estimate(gain), note="")
    might = (
        f"{share(band.get('raise'))} for {_customers(band)} might bring {_ends(band, currency)}; "
        if band
        else ""
    )
    return KeyFigure(GAINED, "not known", range=f"{might}{NOT_TOLD}", known=False)


def _band_figures(raises: Result, *, currency: str) -> list[KeyFigure]:
    band, wave = _usual(raises), raises.get("would_tell") or {}
    if not band:
        return [raises_in_brief(raises, currency=currency)]
    lost = band.get("churn_change") or {}
    asked = share(band.get("raise"))
    figures = [
        KeyFigure(
            f"A raise of {asked} might bring",
            _ends(band, currency),
            range=f"for {_customers(band)} whose value allows it",
            note=f"by what is usual elsewhere: {NOT_TOLD}",
        ),
        KeyFigure(
            f"{LOST} for it",
            f"{change(lost.get('low'))} to {change(lost.get('high'))}",
            note=f"it pays while fewer than {share(band.get('break_even_churn'))} leave at once",
        ),
    ]
    if wave.get("customers") is None:
        return figures
    watched, there = wave.get("months"), count(wave.get("customers_there"))
    long = f" for {watched} months" if watched else ""
    note = f"half of them, by lot, asked {share(wave.get('raise'))} more{long}; {there} are there"
    told = KeyFigure("It would be known from", f"{count(wave['customers'])} customers", note=note)
    return [*figures, told]


def _usual(raises: Result) -> Result:
    """Return the row of the band nearest a tenth; empty where none reaches anybody."""
    rows = [
        row for row in raises.get("band") or [] if row.get("customers") and row.get("lifetime_value_change")
    ]
    return min(rows, key=lambda row: abs((row.get("raise") or 0.0) - _USUAL), default={})


def _ends(band: Result, currency: str) -> str:
    found = band["lifetime_value_change"]
    return money_range(found.get("low"), found.get("high"), currency, rough=True).replace("–", " to ")


def _whom(raises: Result) -> str:
    everybody = raises.get("customers")
    of = "" if everybody is None else f" of {count(everybody)}"
    return f"{count(raises['policy']['raised'])}{of} customers"


def _customers(band: Result) -> str:
    there = band.get("customers")
    return f"{count(there)} {'customer' if there == 1 else 'customers'}"


def _gain(raises: Result) -> str:
    months = (raises.get("options") or {}).get("horizon_months")
    sure = (raises.get("expected") or {}).get("chance_of_gain")
    parts = [
        f"of lifetime value over {months} months" if months else "of lifetime value",
        f"{chance(sure)} that it is a gain" if sure is not None else "",
    ]
    return "; ".join(part for part in parts if part)


def _budget(raises: Result, *, ours: str = "") -> str:
    """Say how much of the budget of churn is used; empty where there is none."""
    allowed = (raises.get("options") or {}).get("max_churn_change")
    lost = ((raises.get("expected") or {}).get("churn_change") or {}).get("value")
    if not allowed or lost is None:
        return ""
    what = f" of {ours}" if ours else ""
    return f"{share(max(lost, 0.0) / allowed)} of the {100 * allowed:g}{GAP}%{what} that you allow"
