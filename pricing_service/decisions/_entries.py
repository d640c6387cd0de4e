"""The lines of the ranking: one metric's scores in the API's names, with and without outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.estimate import Caveat, Estimate
from models.ranking import Standing, scores
from models.value_metrics.growth import RANK_BAR
from pricing_service.decisions._stated_spread import StatedSpread
from pricing_service.panel import Metric

_SPREADS = ("spread", "between", "within", "inside", "log_sd")
_CHANCES = ("probability_best", "probability_eligible")
_SHARES = ("zero_value_share", "value_without_units_share")


def entry_of(standing: Standing, currency: str) -> dict[str, Any]:
    """Return one metric's line of the ranking, in the API's names, and every score of the family."""
    growth, hurdle = standing.scores["growth"], standing.scores["hurdle"]
    low, high = growth["slope_low"].value, growth["slope_high"].value
    shown: dict[str, Any] = {
        "metric": standing.metric,
        "unit": f"{currency}/{standing.metric}",
        **{name: standing.scores["spread"][name].to_json() for name in _SPREADS},
        "growth": {
            "rank": growth["rank"].to_json(),
            "slope": growth["slope"].to_json(),
            "slope_bounds": None if low is None or high is None else sorted((low, high)),
            "inside": growth["inside"].to_json(),
        },
        **{name: hurdle[name].value for name in _SHARES},
        "capture_efficiency": standing.scores["capture_efficiency"]["by_value"].to_json(),
        "probability_best": standing.probability_best,
        "probability_eligible": standing.probability_eligible,
        "eligible": standing.eligible,
        "reasons": [{"code": each.code, "message": each.message} for each in standing.reasons],
        "scores": {
            name: {key: estimate.to_json() for key, estimate in family.items()}
            for name, family in standing.scores.items()
        },
    }
    # `reasons` says why a metric is or is not eligible; why a number is missing stands beside it.
    missing = {name: hurdle[name].reason or "not_identified" for name in _SHARES if shown[name] is None}
    missing |= {name: "insufficient_customers" for name in _CHANCES if shown[name] is None}
    if shown["growth"]["slope_bounds"] is None:
        why = growth["slope_high"].reason or growth["slope_low"].reason or "not_identified"
        shown["growth"]["reasons"] = {"slope_bounds": why}
    return shown | ({"reasons_for_null": missing} if missing else {})


def silent_entries(
    standings: Sequence[Standing],
    *,
    currency: str,
    why: Caveat,
    payment_unknown: Mapping[str, str],
    stated: Mapping[str, StatedSpread],
) -> list[dict[str, Any]]:
    """Return the ranking that is left without outcomes: by what people state, growth with payment, steady usage.

    Stated spreads order metrics only where there are two to compare; a metric that surely does not grow with
    what customers pay stands behind those that may.

    Parameters
    ----------
    standings
        Scores against what customers pay.
    why
        Why no value can be told.
    payment_unknown
        Per metric, why growth with what customers pay tells nothing, where it does not.
    stated
        Per metric, how much people differ in what they put on one unit, where they were asked.
    """
    entries = []
    for each in standings:
        entry = _silent(
            entry_of(each, currency), each, why=why, payment_unknown=payment_unknown.get(each.metric)
        )
        said = stated.get(each.metric)
        level = each.spread.level
        shown = said.estimate if said else Estimate.unknown("not_asked", unit="log", level=level)
        source = {"source": said.source} if said else {"source": None, "reasons": {"source": "not_asked"}}
        entries.append(entry | {"stated_spread": shown.to_json() | source})
    compared = len(stated) > 1
    return sorted(entries, key=lambda entry: _place(entry, compared=compared))


def _silent(
    entry: dict[str, Any], standing: Standing, *, why: Caveat, payment_unknown: str | None
) -> dict[str, Any]:
    """Take away what only outcomes can tell; what remains compares usage with what customers pay."""
    level = standing.spread.level

    def unknown(unit: str) -> dict[str, Any]:
        return Estimate.unknown(why.code, unit=unit, level=level).to_json()

    payment = standing.scores["growth"]["rank"]
    if payment_unknown is not None:
        payment = Estimate.unknown(payment_unknown, unit=payment.unit, level=level, method=payment.method)
    growth: dict[str, Any] = {
        name: unknown(unit) for name, unit in (("rank", "correlation"), ("slope", "log/log"))
    }
    growth |= {"slope_bounds": None, "inside": unknown("correlation")}
    constant = [each for each in standing.reasons if each.code == "constant_metric"]
    against = constant or [why]
    return entry | {
        **{name: unknown("log") for name in _SPREADS},
        "growth": growth | {"reasons": {"slope_bounds": why.code}},
        "growth_with_payment": payment.to_json(),
        **dict.fromkeys((*_SHARES, *_CHANCES)),
        "capture_efficiency": unknown("share"),
        "eligible": "no" if constant else "unknown",
        "reasons": [{"code": each.code, "message": each.message} for each in against],
        "reasons_for_null": dict.fromkeys((*_SHARES, *_CHANCES), why.code),
        "scores": {"predictability": entry["scores"]["predictability"]},
    }


def _place(entry: dict[str, Any], *, compared: bool) -> tuple[bool, bool, float, float, float, str]:
    """Return where a metric stands without outcomes, the first first."""
    growth, said = entry["growth_with_payment"], entry["stated_spread"]["value"]
    variation = entry["scores"]["predictability"]["unit_variation"]["value"]
    return (
        entry["eligible"] == "no",
        growth["high"] is not None and growth["high"] < RANK_BAR,
        said if compared and said is not None else np.inf,
        -growth["low"] if growth["low"] is not None else 1.0,
        variation if variation is not None else np.inf,
        entry["metric"],
    )


def unscored(metrics: Sequence[Metric], *, level: float) -> list[Standing]:
    """Return the standings of metrics of which nothing can be computed: no customer has a whole month."""
    nothing = {
        name: {
            key: Estimate.unknown(
                "insufficient_customers", unit=statistic.unit, level=level, method=score.method
            )
            for key, statistic in score.statistics.items()
        }
        for name, score in scores().items()
    }
    why = (Caveat("insufficient_customers", "no customer has a whole month or period of data"),)
    return [
        Standing(
            metric.metric, nothing, "unknown", probability_eligible=None, probability_best=None, reasons=why
        )
        for metric in metrics
    ]
