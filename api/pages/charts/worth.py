"""The distribution of worth: how customers differ in what one unit is worth, with the price corridor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, PAPER, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import count, estimate, money, money_range

Found = dict[str, Any]
"""bins, corridor (low and high), typical (written: in words), today (price per unit), metric; may be None."""


class Worth(Chart[Found]):
    """A histogram of customers by worth per unit; the corridor as a band, the typical customer as a line."""

    kind = "unit_worth"
    place = 40

    def data(self, result: Mapping[str, Any]) -> Found | None:
        """Return the bins with the corridor and the typical worth; None without bins."""
        bins = ((result.get("charts") or {}).get("worth") or {}).get("bins") or []
        if not any(found.get("customers") for found in bins):
            return None
        corridor = result.get("price_corridor") or {}
        return {
            "bins": bins,
            "corridor": (corridor.get("low"), corridor.get("high")),
            "typical": (result.get("worth") or {}).get("value"),
            "written": estimate(result.get("worth")).value,
            "today": (result.get("today") or {}).get("price_per_unit"),
            "metric": result.get("metric") or "the metric",
        }

    def title(self, data: Found, *, currency: str) -> str:
        """Say what is typical."""
        if data["typical"] is None:
            return f"What one unit of {data['metric']} is worth differs between customers"
        return f"Half of the customers get more than {data['written']} from one unit of {data['metric']}, half less"

    def caption(self, data: Found) -> str:
        """Say how to read it."""
        bars = (
            "The higher a bar, the more customers whose unit is worth that much to them; the last bar holds all "
            "beyond it."
        )
        band = " The shaded band is the price corridor; customers to its left would pay more than they get."
        return bars if None in data["corridor"] else bars + band

    def words(self, data: Found, *, currency: str) -> str:
        """Say range, typical worth and corridor."""
        bins, (low, high) = data["bins"], data["corridor"]
        customers = count(sum(found["customers"] for found in bins))
        return (
            f"Histogram of worth per unit of {data['metric']} for {customers} customers, from "
            f"{money_range(bins[0]['low'], bins[-1]['high'], currency)}; typical "
            f"{money(data['typical'], currency)}; price corridor {money_range(low, high, currency)}."
        )

    def sketch(self, data: Found, *, currency: str, width: int) -> Sketch:
        """Layer bars, corridor and typical line; a log scale where worth spans more than a factor of 30."""
        alt = altair()
        bins, (low, high), typical, today = data["bins"], data["corridor"], data["typical"], data["today"]
        ends = [end for end in (bins[0]["low"], bins[-1]["high"], low, high, today) if end is not None]
        domain = [min(ends), max(ends)]
        scale = "log" if domain[0] > 0 and domain[1] > 30 * domain[0] else "linear"
        top = max(found["customers"] for found in bins) * 1.35  # room for three lines of labels
        x = alt.X(
            "low:Q", scale=alt.Scale(type=scale, domain=domain, nice=False), title=f"{currency} per unit"
        )
        x = x.axis(format="~s", tickCount=6, grid=False)
        y = alt.Y("customers:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(tickCount=4))
        bars = alt.Chart(alt.Data(values=bins)).mark_rect(color=ACCENT, opacity=0.5, stroke=PAPER)
        layers = [bars.encode(x=x, x2="high:Q", y=y, y2=alt.datum(0))]
        if low is not None and high is not None:
            band = alt.Chart(alt.Data(values=[{"low": low, "high": high}]))
            layers += [band.mark_rect(color=SECOND, opacity=0.25).encode(x=x, x2="high:Q")]
            layers += [_label("price corridor", x, at=high, top=top, line=1, colour=SECOND)]
        amounts = (("typical", typical, data["written"], 0), ("today", today, money(today, currency), 2))
        for name, price, written, line in amounts:
            if price is not None:
                rule = alt.Chart(alt.Data(values=[{"low": price}]))
                layers += [rule.mark_rule(color=INK, strokeWidth=2 if name == "typical" else 1).encode(x=x)]
                layers += [_label(f"{name} {written}", x, at=price, top=top, line=line)]
        height = 300 if width > NARROW else 260
        layered: Sketch = alt.layer(*layers).properties(width=width - 60, height=height)
        return layered


def _label(text: str, x: Any, *, at: float, top: float, line: int, colour: str = INK) -> Any:
    """Write a label right of a value, on one of the lines at the top of the drawing."""
    alt = altair()
    chart = alt.Chart(alt.Data(values=[{"low": at, "top": top}]))
    mark = chart.mark_text(align="left", dx=6, dy=8 + 18 * line, color=colour, fontWeight=600, text=text)
    return mark.encode(x=x, y=alt.Y("top:Q", title="customers"))
