"""Value per unit by metric: how far customers lie from each metric's own typical value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.pages.charts._base import Chart
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET
from api.pages.figures import money
from api.pages.words import joined

if TYPE_CHECKING:
    import altair as alt

ROW = 58  # height of a metric's row, px
WINDOW = 100.0  # farthest ratio to the typical value that is drawn; beyond it the line runs to the edge


class ValuePerUnit(Chart):
    """One row a metric: density, middle half and middle nine tenths of customers, as ratios to the median."""

    kind = "value_metrics"
    place = 10

    def data(self, result: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return a row for each metric whose five percentiles are known and whose median is above zero."""
        charts = result.get("charts") or {}
        place = {row["metric"]: index for index, row in enumerate(result.get("ranking") or [])}
        rows = [
            {**row, "leads": row["metric"] == result.get("recommended")}
            for row in charts.get("value_per_unit") or []
            if (row.get("p50") or 0) > 0 and None not in (row.get("p25"), row.get("p75"), row.get("p05"), row.get("p95"))
        ]
        rows.sort(key=lambda row: (place.get(row["metric"], len(place)), row["metric"]))
        histogram = charts.get("histogram") or {}
        return [{**row, "bins": histogram.get(row["metric"]) or []} for row in rows]

    def title(self, data: list[dict[str, Any]], *, currency: str) -> str:
        """Name the metrics with the narrowest and the widest middle half."""
        by_width = sorted((row for row in data if row["p25"] > 0), key=lambda row: row["p75"] / row["p25"])
        if len(by_width) < 2:
            return "How much value customers get from one unit"
        return f"A unit is worth most nearly the same to everyone for {by_width[0]['metric']}, least so for {by_width[-1]['metric']}"

    def caption(self, data: list[dict[str, Any]]) -> str:
        """Say how to read it."""
        return (
            "Each row is one metric. The dot is its typical (median) customer, the bar the middle half of customers, "
            "the line the middle nine tenths; darker shading means more customers. The narrower a row, "
            "the fairer one price per unit. ×3 means three times the typical value per unit."
        )

    def words(self, data: list[dict[str, Any]], *, currency: str) -> str:
        """List every metric's middle half in money."""
        halves = [
            f"{row['metric']}: typical {money(row['p50'], currency)}, middle half of customers "
            f"{money(row['p25'], currency)} to {money(row['p75'], currency)}"
            for row in data
        ]
        return f"Value per unit by metric. {joined(halves)}."

    def sketch(self, data: list[dict[str, Any]], *, currency: str, width: int) -> alt.LayerChart:
        """Layer shading, line, bar, dot and the two labels of each row."""
        import altair as alt  # noqa: PLC0415 - house rule 8: only where charts are drawn

        window = min(WINDOW, max(4.0, *(_reach(row) for row in data)) * 1.1)
        order = [str(place) for place in range(len(data))]
        x = alt.X("low:Q", title=None, scale=alt.Scale(type="log", domain=[1 / window, window], nice=False)).axis(
            values=[tick for tick in (0.01, 0.03, 0.1, 1 / 3, 1, 3, 10, 30, 100) if 1 / window <= tick <= window],
            labelExpr="datum.value < 0.99 ? '÷' + format(1 / datum.value, '.0f')"
            " : datum.value > 1.01 ? '×' + format(datum.value, '.0f') : 'typical'",
            grid=True,
        )
        y = alt.Y("place:N", sort=order, axis=None, scale=alt.Scale(domain=order, paddingInner=0, paddingOuter=0))
        rows, bins = _rows(data, window, currency), _bins(data, window)
        colour = alt.condition("datum.leads", alt.value(ACCENT), alt.value(QUIET))
        base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
        shading = alt.Chart(alt.Data(values=bins)).mark_rect(height=22, yOffset=10)
        label = base.mark_text(align="left", baseline="middle", dy=-16, fontSize=13, limit=int(width * 0.62))
        return (
            alt.layer(
                shading.encode(
                    x=x, x2="high:Q", y=y, color=colour,
                    opacity=alt.Opacity("density:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 0.42])),
                ),
                base.mark_rule(yOffset=10, strokeWidth=1.5).encode(x2="high:Q", color=colour),
                base.mark_bar(yOffset=10, height=7, cornerRadius=3).encode(x="inner_low:Q", x2="inner_high:Q", color=colour),
                base.mark_point(yOffset=10, size=90, filled=True, stroke=PAPER, strokeWidth=2, opacity=1)
                .encode(x="typical:Q", color=alt.condition("datum.leads", alt.value(ACCENT), alt.value(INK))),
                label.encode(x=alt.value(0), text="metric:N", color=alt.value(INK)),
                base.mark_text(align="right", baseline="middle", dy=-16)
                .encode(x=alt.value(width - 10), text="worth:N", color=alt.value(MUTED)),
            )
            .properties(width=width - 10, height=ROW * len(data))
        )  # fmt: skip


def _reach(row: Mapping[str, Any]) -> float:
    """How many times above or below its median the row's line reaches."""
    low = row["p05"] / row["p50"]
    return max(row["p95"] / row["p50"], 1 / low if low > 0 else WINDOW)


def _rows(data: list[dict[str, Any]], window: float, currency: str) -> list[dict[str, Any]]:
    """Express each row's percentiles as ratios to its median, kept inside the window."""
    drawn = []
    for place, row in enumerate(data):
        low, inner_low, typical, inner_high, high = (
            min(max(row[key] / row["p50"], 1 / window), window) for key in ("p05", "p25", "p50", "p75", "p95")
        )
        drawn.append(
            {
                "place": str(place), "metric": row["metric"], "leads": row["leads"], "low": low, "high": high,
                "inner_low": inner_low, "inner_high": inner_high, "typical": typical,
                "worth": f"typical {money(row['p50'], currency)}",
            }
        )  # fmt: skip
    return drawn


def _bins(data: list[dict[str, Any]], window: float) -> list[dict[str, Any]]:
    """Express each histogram's bins as ratios to the row's median, with the fullest bin at density 1."""
    drawn = []
    for place, row in enumerate(data):
        fullest = max((bin_["customers"] for bin_ in row["bins"]), default=0)
        for bin_ in row["bins"]:
            low, high = (10.0 ** bin_[key] / row["p50"] for key in ("log10_low", "log10_high"))
            if bin_["customers"] > 0 and high > 1 / window and low < window:
                drawn.append(
                    {
                        "place": str(place), "leads": row["leads"], "low": max(low, 1 / window),
                        "high": min(high, window), "density": bin_["customers"] / fullest,
                    }
                )  # fmt: skip
    return drawn
