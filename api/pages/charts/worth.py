"""The distribution of worth: how customers differ in what one unit is worth, with the price corridor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.pages.charts._base import NARROW, Chart
from api.pages.charts._palette import ACCENT, INK, PAPER, SECOND
from api.pages.figures import count, money, money_range

if TYPE_CHECKING:
    import altair as alt


class Worth(Chart):
    """A histogram of customers by worth per unit; the corridor as a band, the typical customer as a line."""

    kind = "unit_worth"
    place = 40

    def data(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """Return the bins with the corridor and the typical worth; empty without bins."""
        bins = ((result.get("charts") or {}).get("worth") or {}).get("bins") or []
        if not any(bin_.get("customers") for bin_ in bins):
            return {}
        corridor = result.get("price_corridor") or {}
        return {
            "bins": bins,
            "corridor": [corridor.get("low"), corridor.get("high")],
            "typical": (result.get("worth") or {}).get("value"),
            "metric": result.get("metric") or "the metric",
        }

    def title(self, data: dict[str, Any], *, currency: str) -> str:
        """Say what is typical."""
        if data["typical"] is None:
            return f"What one unit of {data['metric']} is worth differs between customers"
        return f"Half of the customers get more than {money(data['typical'], currency)} from one unit of {data['metric']}, half less"

    def caption(self, data: dict[str, Any]) -> str:
        """Say how to read it."""
        corridor = (
            " The shaded band is the price corridor; customers to its left would pay more than they get."
            if None not in data["corridor"] else ""
        )  # fmt: skip
        return f"The higher a bar, the more customers whose unit is worth that much to them.{corridor}"

    def words(self, data: dict[str, Any], *, currency: str) -> str:
        """Say range, typical worth and corridor."""
        bins = data["bins"]
        return (
            f"Histogram of worth per unit of {data['metric']} for {count(sum(bin_['customers'] for bin_ in bins))} "
            f"customers, from {money_range(bins[0]['low'], bins[-1]['high'], currency)}; typical "
            f"{money(data['typical'], currency)}; price corridor {money_range(*data['corridor'], currency)}."
        )

    def sketch(self, data: dict[str, Any], *, currency: str, width: int) -> alt.LayerChart:
        """Layer corridor, bars, the typical line and their labels; a log scale where worth spans a factor of 30."""
        import altair as alt  # noqa: PLC0415 - house rule 8: only where charts are drawn

        bins, (low, high) = data["bins"], data["corridor"]
        ends = [bins[0]["low"], bins[-1]["high"]]
        if low is not None and high is not None:
            ends = [min(ends[0], low), max(ends[1], high)]
        scale = alt.Scale(type="log" if ends[0] > 0 and ends[1] > 30 * ends[0] else "linear", domain=ends, nice=False)
        x = alt.X("low:Q", scale=scale, title=f"{currency} per unit").axis(format="~s", tickCount=6, grid=False)
        top = max(bin_["customers"] for bin_ in bins) * 1.14
        y = alt.Y("customers:Q", title="customers", scale=alt.Scale(domain=[0, top], nice=False)).axis(tickCount=4)
        layers: list[alt.Chart] = [
            alt.Chart(alt.Data(values=bins)).mark_rect(color=ACCENT, opacity=0.5, stroke=PAPER).encode(x=x, x2="high:Q", y=y, y2=alt.datum(0))
        ]
        if low is not None and high is not None:
            band = alt.Chart(alt.Data(values=[{"low": low, "high": high, "top": top}]))
            layers.append(band.mark_rect(color=SECOND, opacity=0.25).encode(x=x, x2="high:Q"))
            layers.append(
                band.mark_text(align="left", dx=4, dy=8, color=SECOND, fontWeight=600, text="price corridor")
                .encode(x=x, y=alt.Y("top:Q"))
            )  # fmt: skip
        if data["typical"] is not None:
            line = alt.Chart(alt.Data(values=[{"low": data["typical"], "top": top}]))
            layers.append(line.mark_rule(color=INK, strokeWidth=2).encode(x=x))
            label = f"typical {money(data['typical'], currency)}"
            layers.append(
                line.mark_text(align="left", dx=6, dy=8, color=INK, fontWeight=600, text=label).encode(x=x, y=alt.Y("top:Q"))
            )
        return alt.layer(*layers).properties(width=width - 60, height=300 if width > NARROW else 240)
