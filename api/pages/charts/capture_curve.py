"""The capture curve: what share of all value one price could take, and whom it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.pages.charts._base import NARROW, Chart
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET, SECOND
from api.pages.figures import money, share
from api.pages.words import joined

if TYPE_CHECKING:
    import altair as alt

FLAT_FEE = "(flat fee)"


class CaptureCurve(Chart):
    """A line a metric: share of customers who stay (across) and share of value taken (up)."""

    kind = "value_metrics"
    place = 30

    def data(self, result: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return a curve for each metric and the flat fee, each with its best point."""
        charts = (result.get("charts") or {}).get("capture_curve") or {}
        ranked = [row["metric"] for row in result.get("ranking") or [] if row["metric"] in charts]
        curves = []
        for metric in ranked + sorted(set(charts) - set(ranked)):
            points = [
                point for point in charts[metric] or []
                if None not in (point.get("share_of_value"), point.get("customers_kept"))
            ]  # fmt: skip
            if points:
                role = "leads" if metric == result.get("recommended") else "flat" if metric == FLAT_FEE else "other"
                best = max(points, key=lambda point: point["share_of_value"])
                name = "one flat fee" if metric == FLAT_FEE else metric
                curves.append({"metric": name, "points": points, "role": role, "best": best})
        return curves

    def title(self, data: list[dict[str, Any]], *, currency: str) -> str:
        """Say how much the leading metric's one price takes, beside the flat fee."""
        best = {curve["role"]: curve["best"]["share_of_value"] for curve in data}
        if "leads" in best and "flat" in best:
            return (
                f"One price per unit could take up to {share(best['leads'])} of all value, "
                f"one flat fee {share(best['flat'])}"
            )
        top = max(data, key=lambda curve: curve["best"]["share_of_value"])
        return f"One price could take up to {share(top['best']['share_of_value'])} of all value, on {top['metric']}"

    def caption(self, data: list[dict[str, Any]]) -> str:
        """Say how to read it."""
        return (
            "Every point is one price, from low (right: everyone stays) to high (left: only those stay whose value "
            "is above their bill). The dot marks the price that takes most. The higher the hill, the less value "
            "one price leaves behind; the farther right its top, the fewer customers it costs. This is the "
            "ceiling that volatility sets, not a price to charge."
        )

    def words(self, data: list[dict[str, Any]], *, currency: str) -> str:
        """List each metric's best single price."""
        tops = [
            f"{curve['metric']}: at most {share(curve['best']['share_of_value'])} of value at "
            f"{money(curve['best'].get('price'), currency)} a unit, keeping {share(curve['best']['customers_kept'])} of customers"
            for curve in data
        ]
        return f"Capture curves. {joined(tops)}."

    def sketch(self, data: list[dict[str, Any]], *, currency: str, width: int) -> alt.LayerChart:
        """Lay the curves over each other; the leading metric and the flat fee stand out."""
        import altair as alt  # noqa: PLC0415 - house rule 8: only where charts are drawn

        points = [
            {"metric": curve["metric"], "role": curve["role"], "kept": point["customers_kept"], "taken": point["share_of_value"]}
            for curve in data
            for point in curve["points"]
        ]
        tops = [
            {"metric": curve["metric"], "role": curve["role"], "kept": curve["best"]["customers_kept"],
             "taken": curve["best"]["share_of_value"]}
            for curve in data
        ]  # fmt: skip
        roles = alt.Scale(domain=["leads", "flat", "other"], range=[ACCENT, SECOND, QUIET])
        axis = alt.Axis(format=".0%", tickCount=5, grid=True)
        x = alt.X("kept:Q", scale=alt.Scale(domain=[0, 1]), axis=axis, title="customers who stay")
        y = alt.Y("taken:Q", axis=axis, title="share of all value taken")
        colour = alt.Color("role:N", scale=roles, legend=None)
        lines = alt.Chart(alt.Data(values=points)).mark_line(interpolate="linear").encode(
            x=x, y=y, color=colour, detail="metric:N", order="kept:Q",
            strokeWidth=alt.condition("datum.role == 'other'", alt.value(1.3), alt.value(2.6)),
        )  # fmt: skip
        ends = alt.Chart(alt.Data(values=tops)).encode(x=x, y=y)
        dots = ends.mark_point(filled=True, opacity=1, size=60).encode(color=colour)
        inner, height = width - 60, 360 if width > NARROW else 270
        labels = alt.Chart(alt.Data(values=_apart(tops, width=inner, height=height))).encode(x=x, y=alt.Y("label_at:Q"))
        names = {"dy": -13, "limit": 140 if width > NARROW else 96}
        halo = labels.mark_text(**names, stroke=PAPER, strokeWidth=4, strokeJoin="round").encode(text="metric:N")
        words = labels.mark_text(**names).encode(
            text="metric:N", color=alt.condition("datum.role == 'other'", alt.value(MUTED), alt.value(INK))
        )
        return alt.layer(lines, dots, halo, words).properties(width=inner, height=height)


def _apart(tops: list[dict[str, Any]], *, width: float, height: float) -> list[dict[str, Any]]:
    """Lift each label just clear of those below it, where their texts would touch (7 px a letter, 16 px a line)."""
    line = 16 / height * max(top["taken"] for top in tops)
    placed: list[dict[str, Any]] = []
    for top in sorted(tops, key=lambda top: (top["taken"], top["metric"])):
        label_at, half = top["taken"], 3.5 * len(top["metric"]) / width
        for other in placed:
            if abs(other["kept"] - top["kept"]) < half + other["half"]:
                label_at = max(label_at, other["label_at"] + line)
        placed.append({**top, "label_at": label_at, "half": half})
    return placed
