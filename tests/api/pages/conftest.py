"""Example results as the decisions hand them over, one function a variant, and a browser to look at pages."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.pages import render_report

Json = dict[str, Any]

CURRENCY = "EUR"
# metric: (typical worth of a unit, spread on the log scale, median units, eligible, probability best)
METRICS = {
    "postings": (46.0, 0.34, 60.0, "yes", 0.971),
    "hires": (410.0, 0.61, 7.0, "yes", 0.027),
    "active_seats": (96.0, 0.83, 30.0, "yes", 0.002),
    "locations": (700.0, 0.97, 4.0, "unknown", 0.0),
    "api_calls": (0.0127, 1.55, 210_000.0, "no", 0.0),
}
CUSTOMERS = 212


def estimate(
    value: float | None, spread: float = 0.1, *, unit: str = "EUR/postings", reason: str | None = None
) -> Json:
    """An estimate as the API shows it, ± a share of its value."""
    known = value is not None
    return {
        "value": value,
        "low": value - spread * abs(value) if known else None,
        "high": value + spread * abs(value) if known else None,
        "level": 0.9,
        "n": CUSTOMERS if known else 0,
        "unit": unit,
        "method": "median, bootstrap by customer",
        "warnings": [],
        "reason": None if known else reason or "no_outcomes",
    }


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def clouds() -> dict[str, list[tuple[float, float]]]:
    """Units and value of every customer by metric."""
    drawn = {}
    for seed, (metric, (worth, spread, units, _, _)) in enumerate(METRICS.items()):
        source = random.Random(seed)
        sizes = [units * math.exp(source.gauss(0, 0.9)) for _ in range(CUSTOMERS)]
        drawn[metric] = [(size, size * worth * math.exp(source.gauss(0, spread))) for size in sizes]
    return drawn


def capture_curve(points: list[tuple[float, float]]) -> list[Json]:
    """Share of value and of customers at sixty prices per unit."""
    ratios = sorted(value / units for units, value in points)
    total = sum(value for _, value in points)
    low, high = math.log(ratios[0] * 0.8), math.log(ratios[-1])
    curve = []
    for step in range(60):
        price = math.exp(low + (high - low) * step / 59)
        kept = [(units, value) for units, value in points if price * units <= value]
        taken = sum(price * units for units, _ in kept) / total
        curve.append({"price": price, "share_of_value": taken, "customers_kept": len(kept) / len(points)})
    return curve


def histogram(values: list[float], bins: int = 24) -> list[Json]:
    logs = sorted(math.log10(value) for value in values)
    low, width = logs[0], (logs[-1] - logs[0]) / bins
    counts = [0] * bins
    for log in logs:
        counts[min(int((log - low) / width), bins - 1)] += 1
    return [
        {"log10_low": low + width * place, "log10_high": low + width * (place + 1), "customers": found}
        for place, found in enumerate(counts)
    ]


def value_metrics() -> Json:
    points = clouds()
    ratios = {metric: sorted(value / units for units, value in cloud) for metric, cloud in points.items()}
    curves = {metric: capture_curve(cloud) for metric, cloud in points.items()}
    curves["(flat fee)"] = capture_curve([(1.0, value) for _, value in points["postings"]])
    return {
        "recommended": "postings",
        "verdict": "clear",
        "tied_with": [],
        "customers_needed": None,
        "sentences": [
            "Price on postings: of the 3 eligible metrics its value per unit differs least between customers.",
            "In 97 of 100 draws of the customers postings came first; hires came first in 3.",
        ],
        "coverage": coverage(),
        "ranking": [
            ranked(metric, max(point["share_of_value"] for point in curves[metric])) for metric in METRICS
        ],
        "charts": {
            "value_per_unit": [
                {
                    "metric": metric,
                    "unit": f"EUR/{metric}",
                    "share_zero": 0.03,
                    **{f"p{round(100 * at):02}": quantile(found, at) for at in (0.05, 0.25, 0.5, 0.75, 0.95)},
                }
                for metric, found in ratios.items()
            ],
            "histogram": {metric: histogram(found) for metric, found in ratios.items()},
            "value_against_units": {
                metric: {"points": [list(point) for point in cloud], "unit": f"EUR/{metric}"}
                for metric, cloud in points.items()
            },
            "capture_curve": curves,
        },
        "sensitivity": sensitivity(0.45, recommended=["postings", "postings", "postings", "hires"]),
        "next_data": [
            step(
                "outcomes from customers on the Starter plan", "only 31 % of them report", "a form at renewal"
            ),
            step("unit_id in usage", "the spread inside a customer is not known", "export the posting's id"),
        ],
        "caveats": [{"code": "lower_bound", "message": "the spread between customers is a lower bound"}],
    }


def step(what: str, why: str, cheapest: str) -> Json:
    return {"what": what, "why": why, "cheapest": cheapest}


def ranked(metric: str, capture: float) -> Json:
    _, spread, _, eligible, best = METRICS[metric]
    why = {"no": "does not grow with the customer's value", "unknown": "grows too uncertainly"}.get(eligible)
    spreads = {
        "spread": estimate(spread, 0.12, unit="log"),
        "between": estimate(spread * 0.9, 0.15, unit="log"),
        "within": estimate(spread * 0.5, 0.2, unit="log"),
        "inside": estimate(None, unit="log", reason="units_not_told_apart"),
    }
    growth = {
        "rank": estimate(1 - spread / 2, 0.1, unit="correlation"),
        "slope": estimate(1.02 - spread / 3, 0.1, unit="log/log"),
        "slope_bounds": [0.8, 1.1],
    }
    taken = estimate(capture * 0.96, 0.06, unit="share")
    return {
        "metric": metric,
        **spreads,
        "growth": growth,
        "zero_value_share": 0.031,
        "value_without_units_share": 0.0042,
        "capture_efficiency": taken,
        "probability_best": best,
        "probability_eligible": 1.0,
        "eligible": eligible,
        "reasons": [{"code": "fails_rank", "message": why}] if why else [],
        "scores": {
            "spread": {**spreads, "log_sd": estimate(spread * 1.1, 0.1, unit="log")},
            "growth": {key: growth[key] for key in ("rank", "slope")},
            "capture_efficiency": {
                "by_value": taken,
                "flat_fee": estimate(0.3, 0.1, unit="share"),
                "effective_customers": estimate(127.9, 0.1, unit="customers"),
            },
            "stability": {"half_life": estimate(14.2, 0.2, unit="months")},
        },
    }


def coverage() -> Json:
    levels = {
        "plan": {"Starter": (90, 28), "Team": (110, 66), "Enterprise": (160, 118)},
        "region": {"DE": (210, 140), "FR": (150, 72)},
    }
    return {
        "customers": 360,
        "reporting": CUSTOMERS,
        "share": CUSTOMERS / 360,
        "by": [
            {"trait": trait, "level": level, "customers": n, "reporting": told, "share": told / n}
            for trait, found in levels.items()
            for level, (n, told) in found.items()
        ],
    }


def sensitivity(flips_at: float | None, **tried: list[Any]) -> Json:
    """What happens at four shares of the modelled value."""
    rows = [
        {"share": share, **{key: values[place] for key, values in tried.items()}}
        for place, share in enumerate((1.0, 0.75, 0.5, 0.25))
    ]
    return {"non_reporters_at": rows, "flips_at": flips_at}


def unit_worth() -> Json:
    found = sorted(value / units for units, value in clouds()["postings"])
    width = found[-1] / 28
    bins = [
        {
            "low": width * place,
            "high": width * (place + 1),
            "customers": sum(width * place < worth <= width * (place + 1) for worth in found),
        }
        for place in range(28)
    ]
    segments = {
        "plan": {"Starter": 38.0, "Team": 44.0, "Enterprise": 53.0},
        "region": {"DE": 47.0, "FR": None},
    }
    return {
        "metric": "postings",
        "worth": estimate(46.3, 0.11),
        "worth_by_units": estimate(49.8, 0.16),
        "ideal": estimate(58.1, 0.14),
        "marginal": estimate(None, reason="not_identified"),
        "basis": "net",
        "distribution": {f"p{round(100 * at)}": quantile(found, at) for at in (0.1, 0.25, 0.5, 0.75, 0.9)},
        "by_segment": [
            {"trait": trait, "level": level, "worth": estimate(worth, 0.18, reason="insufficient_customers")}
            for trait, levels in segments.items()
            for level, worth in levels.items()
        ],
        "evidence": {
            "worth": [
                {"source": "outcomes", "estimate": estimate(46.9, 0.12), "weight": 0.86},
                {"source": "prior", "estimate": estimate(41.0, 0.4), "weight": 0.14},
            ],
            "willingness": [],
        },
        "coverage": coverage(),
        "price_corridor": {"low": 4.63, "high": 6.945, "capture": [0.10, 0.15], "priced_out_share": 0.004},
        "recommended_price": {"price": estimate(None, reason="no_willingness"), "against_corridor": None},
        "sentences": ["One posting is worth about 46 EUR to the typical customer."],
        "charts": {"worth": {"bins": bins, "unit": "EUR/postings"}},
        "sensitivity": {
            **sensitivity(0.3, worth=[estimate(46.3 * (0.59 + 0.41 * at)) for at in (1.0, 0.75, 0.5, 0.25)]),
            "from": "below",
            "to": "inside",
        },
        "today": {"price_per_unit": 3.9, "customers": 198, "against_corridor": "below"},
        "marginal_confounding_bound": None,
        "next_data": [step("a price survey", "what customers would pay is not known", "ask 60 buyers")],
        "caveats": [
            {
                "code": "association",
                "message": "Worth is what customers report, compared with the alternative they named.",
            }
        ],
    }


def clear() -> Json:
    return {
        "analyses": {"value_metrics": value_metrics(), "unit_worth": unit_worth()},
        "missing": [
            {
                "kind": "willingness_to_pay",
                "tables": ["survey_answers"],
                "cheapest": "four questions to 60 buyers",
                "unlocks": "what customers would pay, beside what a unit is worth to them",
            }
        ],
        "failed": [],
        "data": {
            "report": {
                "tables": {
                    "customers": table(360, quarantined=2, match_rate=None),
                    "usage": table(128_440, quarantined=1291, match_rate=0.998),
                    "outcomes": table(4_212, quarantined=0, match_rate=1.0),
                },
                "reasons": [{"table": "usage", "column": "date", "rows": 1291, "message": "not a day"}],
                "warnings": [{"code": "rounded", "message": "12 rows of usage were rounded"}],
            },
            "panel": {"warnings": ["metric hires is declared but never used"], "notes": []},
        },
        "dataset": {"name": "Example business", "version": "4f1c" * 16, "as_of": "2026-06-30"},
    }


def table(rows: int, *, quarantined: int, match_rate: float | None) -> Json:
    return {
        "read": rows + quarantined,
        "rows": rows,
        "quarantined": quarantined,
        "repeated": 0,
        "unmatched": 0,
        "match_rate": match_rate,
        "first_date": "2024-07-01",
        "last_date": "2026-06-30",
    }


def tie() -> Json:
    result = clear()
    metrics = result["analyses"]["value_metrics"]
    metrics.update(verdict="tie", tied_with=["hires"], customers_needed=480)
    for row, best in zip(metrics["ranking"], (0.58, 0.41, 0.01, 0, 0), strict=True):
        row["probability_best"] = best
    return result


def cannot_tell() -> Json:
    result = clear()
    metrics = result["analyses"]["value_metrics"]
    metrics.update(verdict="cannot_tell", customers_needed=640)
    for row, best in zip(metrics["ranking"], (0.38, 0.33, 0.21, 0.08, 0), strict=True):
        row["probability_best"] = best
    return result


def no_outcomes() -> Json:
    result = blanked(clear())
    metrics = result["analyses"]["value_metrics"]
    metrics.update(recommended=None, verdict="cannot_tell", charts={}, sentences="No metric leads.")
    result["analyses"]["unit_worth"].update(price_corridor={"low": None}, charts={}, distribution={})
    for row in metrics["ranking"]:
        row.update(eligible="unknown", reasons=[{"code": "no_outcomes"}], probability_best=None)
        row["reasons_for_null"] = {"probability_best": "no_outcomes"}
    return result


def gross() -> Json:
    result = clear()
    worth = result["analyses"]["unit_worth"]
    worth["basis"] = "gross"
    worth["charts"]["attributions"] = [
        {"attribution": at, "low": 4.63 * at, "high": 6.945 * at} for at in (0.25, 0.5, 0.75, 1.0)
    ]
    return result


def everything_null() -> Json:
    """Every field there, and nothing in any of them."""
    return {
        "analyses": {
            "value_metrics": dict.fromkeys(value_metrics()),
            "unit_worth": dict.fromkeys(unit_worth()),
        }
    }


def blanked(result: Any) -> Any:
    """The same result with every estimate unknown."""
    if isinstance(result, dict) and {"value", "low", "high"} <= set(result):
        return estimate(None, unit=result["unit"])
    if isinstance(result, dict):
        return {key: blanked(value) for key, value in result.items()}
    return [blanked(value) for value in result] if isinstance(result, list) else result


def hostile() -> Json:
    """Names that would be markup, script, expressions or formats if anything forgot to escape them."""
    return renamed(
        clear(),
        {
            "postings": "<script>document.title='broken'</script>",
            "hires": '"><img src=x onerror="document.title=\'broken\'">',
            "active_seats": "]]><svg onload=document.title='broken'>{{7*7}}",
            "Enterprise": "<a href=\"javascript:document.title='broken'\">{% raise %}</a>",
        },
    )


def renamed(result: Any, names: dict[str, str]) -> Any:
    """The same result with other names, as keys and as values."""
    if isinstance(result, dict):
        return {names.get(key, key): renamed(value, names) for key, value in result.items()}
    if isinstance(result, list):
        return [renamed(value, names) for value in result]
    return names.get(result, result) if isinstance(result, str) else result


VARIANTS: dict[str, Callable[[], Json]] = {
    made.__name__: made for made in (clear, tie, cannot_tell, no_outcomes, gross, everything_null, hostile)
}


@pytest.fixture(scope="session")
def results() -> dict[str, Json]:
    return {name: made() for name, made in VARIANTS.items()}


@pytest.fixture(scope="session")
def pages(results: dict[str, Json]) -> dict[str, str]:
    """Every variant as a page; drawn once, for drawing takes a second."""
    return {
        name: render_report(
            copy.deepcopy(result), title="Example business", currency=CURRENCY, generated_for=date(2026, 7, 1)
        )
        for name, result in results.items()
    }
