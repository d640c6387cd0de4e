"""How each law of a business is drawn: the ranges that make businesses differ."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from experiments.market.laws import (
    AttributeLaw,
    FeatureLaw,
    KpiLaw,
    MetricLaw,
    OfferLaw,
    PriceLaw,
    ReportingLaw,
    TraitLaw,
    ValueLaw,
)

_SEGMENTS = (
    "retail",
    "logistics",
    "health",
    "software",
    "manufacturing",
    "education",
    "hospitality",
    "finance",
)
_METRICS = (
    ("orders", "flow", "order"),
    ("documents", "flow", "document"),
    ("searches", "flow", "search"),
    ("messages", "flow", "message"),
    ("bookings", "flow", "booking"),
    ("invoices_sent", "flow", "invoice"),
    ("reports", "flow", "report"),
    ("seats", "stock", "seat"),
    ("contacts", "stock", "contact"),
    ("projects", "stock", "project"),
    ("listings", "stock", "listing"),
)
_KPIS = (  # name, kind, least and most value per unit
    ("sales_won", "revenue", 0.1, 0.6),
    ("orders_recovered", "revenue", 5.0, 60.0),
    ("costs_avoided", "cost", 0.8, 1.0),
    ("hours_saved", "productivity", 18.0, 70.0),
    ("cases_closed", "productivity", 4.0, 30.0),
)
_ATTRIBUTES = (
    ("support", ("email", "phone", "account manager")),
    ("hosting", ("shared", "own region", "own cloud")),
    ("history", ("1 year", "5 years")),
)
_FEATURES = (
    "alerts",
    "api",
    "audit log",
    "exports",
    "forecasts",
    "mobile app",
    "roles",
    "single sign-on",
    "templates",
    "webhooks",
)


def draw_traits(rng: np.random.Generator) -> TraitLaw:
    """Draw three segments and three regions, whose value differs by about 12 % and 6 %."""
    segments = tuple(str(name) for name in rng.choice(_SEGMENTS, 3, replace=False))
    regions = ("north", "south", "west")
    return TraitLaw(
        segments=segments,
        segment_shares=tuple(float(share) for share in rng.dirichlet([6.0, 4.0, 3.0])),
        segment_size=tuple(float(effect) for effect in rng.normal(0, 0.25, 3)),
        segment_value=tuple(float(effect) for effect in rng.normal(0, 0.12, 3)),
        regions=regions,
        region_value=tuple(float(effect) for effect in rng.normal(0, 0.06, 3)),
        median_employees=float(np.exp(rng.uniform(np.log(20), np.log(200)))),
        employees_log_sd=float(rng.uniform(0.3, 0.6)),
    )


def draw_value(rng: np.random.Generator) -> ValueLaw:
    """Draw typical value of 300–20,000 a month, with a log sd of customer size of 0.6–1.1."""
    return ValueLaw(
        median=float(np.exp(rng.uniform(np.log(300), np.log(20_000)))),
        size_log_sd=float(rng.uniform(0.6, 1.1)),
        log_sd=float(rng.uniform(0.10, 0.20)),
        causal_share=float(rng.uniform(0.3, 1.0)),
        month_log_sd=float(rng.uniform(0.15, 0.35)),
        month_memory=float(rng.uniform(0.0, 0.25)),
        activity_log_sd=float(rng.uniform(0.1, 0.3)),
        activity_memory=float(rng.uniform(0.0, 0.25)),
    )


def draw_metrics(rng: np.random.Generator, *, value: ValueLaw, traits: TraitLaw) -> tuple[MetricLaw, ...]:
    """Draw 3–5 metrics whose value per unit differs in between-customer log scale.

    The first has a scale of 0.25–0.5; in 60 % of businesses the next one's is 1.45–2.6 times that (clearly
    worse), else 1–1.4 times. One further metric may be constant, and one unrelated to value.
    """
    count = int(rng.integers(3, 6))
    odd = [kind for kind in ("constant", "unrelated") if rng.random() < 0.4][: count - 2]
    naming = (_METRICS[i] for i in rng.permutation(len(_METRICS)))
    taste = float(np.std(traits.segment_value) + np.std(traits.region_value))
    shared = float(np.hypot(value.log_sd, taste))  # how much value itself differs between equals in size
    best = max(float(rng.uniform(0.25, 0.5)), shared * 1.2)
    second = best * float(rng.uniform(1.45, 2.6) if rng.random() < 0.6 else rng.uniform(1.0, 1.4))
    others = second * rng.uniform(1.05, 2.0, count - len(odd) - 2)
    metrics = [
        _linked_metric(rng, next(naming), own=math.sqrt(scale**2 - shared**2), size=value.size_log_sd)
        for scale in (best, second, *np.clip(others, second, 1.0))
    ]
    metrics += [_odd_metric(rng, next(naming), constant=kind == "constant") for kind in odd]
    return tuple(metrics)


def _linked_metric(
    rng: np.random.Generator, naming: tuple[str, str, str], *, own: float, size: float
) -> MetricLaw:
    """Draw a metric that adds `own` to the log sd of value per unit: part mismatch with size, part noise."""
    # An elasticity within 1 ± 0.35 keeps every linked metric's rank correlation with value above the bar.
    mismatch = min(float(rng.uniform(0, 0.8)) * own, 0.35 * size)
    elasticity = 1 + float(rng.choice([-1.0, 1.0])) * mismatch / size
    noise = float(np.sqrt(own**2 - mismatch**2))
    name, kind, unit_name = naming
    stock = kind == "stock"
    return MetricLaw(
        name=name,
        kind=kind,
        unit_name=unit_name,
        median=float(np.exp(rng.uniform(np.log(8), np.log(60 if stock else 300)))),
        elasticity=elasticity,
        log_sd=noise,
        activity=0.3 if stock else 1.0,
        month_log_sd=float(rng.uniform(0.03, 0.08) if stock else rng.uniform(0.1, 0.25)),
        month_memory=0.8 if stock else float(rng.uniform(0, 0.25)),
    )


def _odd_metric(rng: np.random.Generator, naming: tuple[str, str, str], *, constant: bool) -> MetricLaw:
    """Draw a metric that does not grow with value: the same for all, or with a life of its own."""
    name, kind, unit_name = naming
    return MetricLaw(
        name=name,
        kind=kind,
        unit_name=unit_name,
        median=float(rng.integers(2, 12)) if constant else float(rng.uniform(8, 60)),
        elasticity=0.0,
        log_sd=0.0 if constant else float(rng.uniform(0.4, 0.8)),
        activity=0.0,
        month_log_sd=0.0 if constant else 0.1,
        constant=constant,
    )


def draw_kpis(rng: np.random.Generator) -> tuple[KpiLaw, ...]:
    """Draw 1–3 KPIs; with three, the last may only drive the first and add no value of its own."""
    count = int(rng.integers(1, 4))
    echoes = count == 3 and rng.random() < 0.5
    shares = rng.dirichlet(np.full(count - echoes, 4.0))
    order = rng.permutation(len(_KPIS))
    kpis = [draw_kpi(rng, _KPIS[order[i]], share=float(share)) for i, share in enumerate(shares)]
    if echoes:
        kpis.append(draw_kpi(rng, _KPIS[order[2]], share=0.0, echo_of=kpis[0].name, drives=kpis[0].name))
    return tuple(kpis)


def vary_recording(rng: np.random.Generator, kpis: tuple[KpiLaw, ...]) -> tuple[KpiLaw, ...]:
    """Let one business in six record its first KPI in money, and one in six watch a score without a price."""
    first, *others = kpis
    if rng.random() < 1 / 6:
        stated = first.value_per_unit
        first = replace(first, in_money=True, value_per_unit_sd=0.0, true_value_per_unit=stated)
    if rng.random() < 1 / 6:
        others.append(
            KpiLaw(
                name="satisfaction",
                kind="quality",
                share=0.0,
                customer_log_sd=0.0,
                value_per_unit=1.0,
                value_per_unit_sd=0.0,
                true_value_per_unit=1.0,
                attribution=1.0,
                attribution_sd=0.0,
                true_attribution=1.0,
                monetised=False,
            )
        )
    return (first, *others)


def draw_kpi(
    rng: np.random.Generator,
    naming: tuple[str, str, float, float],
    *,
    share: float,
    echo_of: str | None = None,
    drives: str | None = None,
) -> KpiLaw:
    """Draw what the table says of a KPI, and the truth around it.

    `naming` is the name, the kind, and the least and most that one unit can be worth.
    """
    name, kind, least, most = naming
    stated = round(float(np.exp(rng.uniform(np.log(least), np.log(most)))), 2)
    stated_sd = round(stated * float(rng.uniform(0.0, 0.15)), 4)
    log_variance = float(np.log1p((stated_sd / stated) ** 2))
    attribution = round(float(rng.uniform(0.2, 0.9)), 2)
    attribution_sd = round(float(rng.uniform(0.01, 0.1)) * min(attribution, 1 - attribution) * 2, 4)
    strength = attribution * (1 - attribution) / attribution_sd**2 - 1
    return KpiLaw(
        name=name,
        kind=kind,
        share=share,
        customer_log_sd=float(rng.uniform(0.05, 0.25)),
        value_per_unit=stated,
        value_per_unit_sd=stated_sd,
        true_value_per_unit=float(
            stated * np.exp(np.sqrt(log_variance) * rng.standard_normal() - log_variance / 2)
        ),
        attribution=attribution,
        attribution_sd=attribution_sd,
        true_attribution=float(rng.beta(attribution * strength, (1 - attribution) * strength)),
        echo_of=echo_of,
        drives=drives,
    )


def draw_price(rng: np.random.Generator, *, metrics: tuple[MetricLaw, ...]) -> PriceLaw:
    """Draw willingness to pay of 3–40 % of value, bias 0.9–2, churn slope 0–8 and two waves of raises."""
    per_unit = rng.random() < 0.4
    linked = [metric.name for metric in metrics if metric.elasticity > 0]
    randomised = rng.random() < 0.5
    return PriceLaw(
        model="per_unit" if per_unit else "plans",
        plans=("standard",) if per_unit else ("starter", "growth", "scale"),
        priced_metric=linked[int(rng.integers(len(linked)))],
        usual_ratio=float(rng.uniform(0.5, 0.8)),
        discount_max=float(rng.uniform(0.05, 0.35)),
        wtp_ratio=float(np.exp(rng.uniform(np.log(0.03), np.log(0.40)))),
        wtp_log_sd=float(rng.uniform(0.25, 0.5)),
        hypothetical_bias=float(rng.uniform(0.9, 2.0)),
        stated_log_sd=float(rng.uniform(0.15, 0.4)),
        base_hazard=float(np.exp(rng.uniform(np.log(0.004), np.log(0.02)))),
        churn_slope=float(rng.uniform(0, 8)),
        raise_at=tuple(sorted(float(x) for x in rng.choice([0.35, 0.5, 0.65, 0.8], 2, replace=False))),
        raise_assignment="randomised" if randomised else str(rng.choice(["policy", "negotiated"])),
        raise_levels=(0.05, 0.10, 0.20),
    )


def draw_reporting(rng: np.random.Generator) -> ReportingLaw:
    """Draw a book of which 60–95 % reports; big, old and staying customers mostly do so more."""
    return ReportingLaw(
        share=float(rng.uniform(0.60, 0.95)),
        on_employees=float(rng.normal(0.3, 0.3)),
        on_plan=float(rng.normal(0.2, 0.2)),
        on_tenure=float(rng.normal(0.4, 0.3)),
        on_churned=float(rng.normal(-0.6, 0.4)),
        on_units=float(rng.normal(0.3, 0.3)),
    )


def draw_offer(rng: np.random.Generator) -> OfferLaw:
    """Draw two attributes worth 5–40 % of a price a level, and six to eight features worth 2–30 %."""
    attributes = []
    for i in sorted(rng.choice(len(_ATTRIBUTES), 2, replace=False)):
        name, levels = _ATTRIBUTES[i]
        worth = np.sort(rng.uniform(0.05, 0.4, len(levels) - 1))
        attributes.append(AttributeLaw(name=name, levels=levels, worth=(0.0, *(float(w) for w in worth))))
    names = sorted(str(name) for name in rng.choice(_FEATURES, int(rng.integers(6, 9)), replace=False))
    features = [
        FeatureLaw(
            name=name,
            share=float(np.exp(rng.uniform(np.log(0.02), np.log(0.3)))),
            shipped=float(rng.uniform(0, 1)) if rng.random() < 0.7 else None,
            cost=float(np.exp(rng.uniform(np.log(2), np.log(30)))),
        )
        for name in names
    ]
    return OfferLaw(attributes=tuple(attributes), features=tuple(features))
