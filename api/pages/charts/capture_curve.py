"""The capture curve: what share of all value one price could take, and whom it would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import money, share
from api.pages.words import joined

FLAT_FEE = "(flat fee)"

Curve = dict[str, Any]
"""metric, role (leads, flat, other), points, best (the point that takes most), scored (the honest share)."""


class CaptureCurve(Chart[list[Curve]]):
    """A line a metric: share of customers who stay (across) and share of value taken (up)."""

    kind = "value_metrics"
    place = 30

    def data(self, result: Mapping[str, Any]) -> list[Curve]:
        """Return a curve for each metric and the flat fee, in the order of the ranking."""
        found = (result.get("charts") or {}).get("capture_curve") or {}
        ranking = result.get("ranking") or []
        ranked = [row["metric"] for row in ranking if row["metric"] in found]
        scored = _scored(ranking, leader=result.get("recommended"))
        curves = []
        for metric in ranked + sorted(set(found) - set(ranked)):
            points = _frontier(found[metric] or [])
            if not points:
                continue
            role = (
                "flat" if metric == FLAT_FEE else "leads" if metric == result.get("recommended") else "other"
            )
            best = max(points, key=lambda point: point["share_of_value"])
            name = "one flat fee" if metric == FLAT_FEE else metric
            curves.append(
                {"metric": name, "role": role, "points": points, "best": best, "scored": scored.get(role)}
            )
        return curves

    def title(self, data: list[Curve], *, currency: str) -> str:
        """Say how much the leading metric's one price takes, beside the flat fee."""
        taken = {curve["role"]: curve["scored"] for curve in data if curve["scored"] is not None}
        if "leads" in taken and "flat" in taken:
            unit, flat = share(taken["leads"]), share(taken["flat"])
            return f"One price per unit could take {unit} of all value at most, one flat fee {flat}"
        return "How much of all value one price could take, and whom it would cost"

    def caption(self, data: list[Curve]) -> str:
        """Say how to read it."""
        return (
            "Every point is one price, from low (right: everyone stays) to high (left: only those stay whose value "
            "is above their bill); of prices that keep the same customers, the one that takes most. The dot marks "
            "the top. The higher the hill, the less value one price leaves behind; the farther right its top, the "
            "fewer customers it costs. This is the ceiling that volatility sets, not a price to charge. The curves "
            "choose and judge the price on the same customers and flatter it a little; the shares in words are "
            "judged on others."
        )

    def words(self, data: list[Curve], *, currency: str) -> str:
        """List each metric's best single price."""
        tops = [
            f"{curve['metric']}: at most {share(curve['best']['share_of_value'])} of value, at "
            f"{money(curve['best'].get('price'), currency)} a unit, keeping "
            f"{share(curve['best']['customers_kept'])} of customers"
            for curve in data
        ]
        return f"Capture curves. {joined(tops)}."

    def sketch(self, data: list[Curve], *, currency: str, width: int) -> Sketch:
        """Lay the curves over each other; the leading metric and the flat fee stand out."""
        alt = altair()
        inner, height = width - 60, 360 if width > NARROW else 270
        points = [_point(curve, point) for curve in data for point in curve["points"]]
        tops = [_point(curve, curve["best"]) for curve in data]
        axis = alt.Axis(format=".0%", tickCount=5)
        x = alt.X("kept:Q", scale=alt.Scale(domain=[0, 1]), axis=axis, title="customers who stay")
        y = alt.Y("taken:Q", axis=axis, title="share of all value taken")
        roles = alt.Scale(domain=["leads", "flat", "other"], range=[ACCENT, SECOND, QUIET])
        colour = alt.Color("role:N", scale=roles, legend=None)
        beside = alt.datum.role == "other"
        lines = alt.Chart(alt.Data(values=points)).mark_line().encode(
            x=x, y=y, color=colour, detail="metric:N", order="kept:Q",
            strokeWidth=alt.condition(beside, alt.value(1.3), alt.value(2.6)),
        )  # fmt: skip
        dots = alt.Chart(alt.Data(values=tops)).mark_point(filled=True, opacity=1, size=60)
        placed = alt.Data(values=_apart(tops, width=inner, height=height))
        at = {"x": x, "y": alt.Y("label_at:Q"), "text": "metric:N"}
        style = {"dy": -13, "limit": 140 if width > NARROW else 96}
        halo = alt.Chart(placed).mark_text(**style, stroke=PAPER, strokeWidth=4, strokeJoin="round")
        names = alt.Chart(placed).mark_text(**style)
        shade = alt.condition(beside, alt.value(MUTED), alt.value(INK))
        layers: Sketch = alt.layer(
            lines, dots.encode(x=x, y=y, color=colour), halo.encode(**at), names.encode(**at, color=shade)
        ).properties(width=inner, height=height)
        return layers


def _scored(ranking: Sequence[Mapping[str, Any]], *, leader: str | None) -> dict[str, float | None]:
    """Look up what the leader's one price and the flat fee take of customers who did not choose them."""
    row = next((row for row in ranking if row["metric"] == leader), {})
    scores = (row.get("scores") or {}).get("capture_efficiency") or {}
    unit, flat = row.get("capture_efficiency") or {}, scores.get("flat_fee") or {}
    return {"leads": unit.get("value"), "flat": flat.get("value")}


def _frontier(points: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep the price that takes most among those that keep the same customers: the others only make teeth."""
    drawable = [
        point for point in points if None not in (point.get("customers_kept"), point.get("share_of_value"))
    ]
    ordered = sorted(drawable, key=lambda point: (point["customers_kept"], point["share_of_value"]))
    return list({point["customers_kept"]: point for point in ordered}.values())


def _point(curve: Curve, point: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "metric": curve["metric"],
        "role": curve["role"],
        "kept": point["customers_kept"],
        "taken": point["share_of_value"],
    }


def _apart(tops: list[dict[str, Any]], *, width: float, height: float) -> list[dict[str, Any]]:
    """Lift labels clear of one another (7 px a letter, 16 px a line); a phone leaves lifted ones out."""
    line = 16 / height * max(top["taken"] for top in tops)
    placed: list[dict[str, Any]] = []
    for top in sorted(tops, key=lambda top: (top["role"] == "other", top["taken"], top["metric"])):
        label_at, half = top["taken"], 3.5 * len(top["metric"]) / width
        for other in sorted(placed, key=lambda other: other["label_at"]):
            beside = abs(other["kept"] - top["kept"]) < half + other["half"]
            if beside and abs(other["label_at"] - label_at) < line:
                label_at = other["label_at"] + line
        if top["role"] != "other" or width > NARROW or label_at == top["taken"]:
            placed.append({**top, "label_at": label_at, "half": half})
    return placed
