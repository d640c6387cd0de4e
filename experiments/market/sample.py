"""The demo's sample business: a job-ads platform that bills by the seat and should bill by the posting."""

from __future__ import annotations

from experiments.market.business import Business
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
from experiments.market.market import Market, simulate
from experiments.market.regimes import Regime


def sample_business(seed: int = 7) -> Market:
    """Simulate Jobwharf: 300 customers, 24 months, euros, and every table.

    A median customer posts 12 jobs a month and gets about 2,300 EUR a month out of them, mostly margin on
    placements. Postings follow that value closely, applicants and seats loosely, dashboards not at all;
    today's price is per seat. What recruiters would pay is 14 % of value at the median.

    Parameters
    ----------
    seed
        Chance within the business, ≥ 0; the business itself is always the same.

    Examples
    --------
    >>> sample_business().truth.best
    'postings'
    """
    business = Business(
        seed=7,
        name="Jobwharf (sample)",
        currency="EUR",
        regime=Regime.STEADY,
        customers=300,
        months=24,
        established=0.62,
        traits=_TRAITS,
        value=_VALUE,
        metrics=_METRICS,
        kpis=_KPIS,
        price=_PRICE,
        reporting=_REPORTING,
        offer=_OFFER,
    )
    return simulate(business, seed)


_TRAITS = TraitLaw(
    segments=("staffing agency", "in-house team", "public sector"),
    segment_shares=(0.45, 0.40, 0.15),
    segment_size=(0.15, -0.05, -0.25),
    segment_value=(0.12, 0.0, -0.18),
    regions=("DACH", "Benelux", "Nordics"),
    region_value=(0.0, 0.06, 0.1),
    median_employees=60.0,
    employees_log_sd=0.45,
)
_VALUE = ValueLaw(
    median=2_250.0,
    size_log_sd=0.85,
    log_sd=0.16,
    causal_share=0.7,
    month_log_sd=0.28,
    month_memory=0.15,
    activity_log_sd=0.22,
    activity_memory=0.2,
)
_METRICS = (
    MetricLaw(name="postings", kind="flow", unit_name="posting", median=12.0, elasticity=0.97, log_sd=0.26),
    MetricLaw(
        name="applicants", kind="flow", unit_name="applicant", median=210.0, elasticity=1.05, log_sd=0.62
    ),
    MetricLaw(
        name="seats",
        kind="stock",
        unit_name="seat",
        median=9.0,
        elasticity=0.72,
        log_sd=0.5,
        activity=0.1,
        month_log_sd=0.05,
        month_memory=0.85,
    ),
    MetricLaw(
        name="dashboards",
        kind="stock",
        unit_name="dashboard",
        median=14.0,
        elasticity=0.0,
        log_sd=0.55,
        activity=0.0,
        month_log_sd=0.05,
        month_memory=0.85,
    ),
)
# The truth lies a little off what Jobwharf's customers state, as it does in life.
_KPIS = (
    KpiLaw(
        name="placement_revenue",
        kind="revenue",
        share=0.72,
        customer_log_sd=0.12,
        value_per_unit=0.35,
        value_per_unit_sd=0.02,
        true_value_per_unit=0.343,
        attribution=0.30,
        attribution_sd=0.025,
        true_attribution=0.311,
    ),
    KpiLaw(
        name="sourcing_hours_saved",
        kind="productivity",
        share=0.28,
        customer_log_sd=0.15,
        value_per_unit=38.0,
        value_per_unit_sd=3.0,
        true_value_per_unit=39.1,
        attribution=0.70,
        attribution_sd=0.05,
        true_attribution=0.72,
    ),
    KpiLaw(
        name="interviews",
        kind="productivity",
        share=0.0,
        customer_log_sd=0.1,
        value_per_unit=420.0,
        value_per_unit_sd=40.0,
        true_value_per_unit=431.0,
        attribution=0.30,
        attribution_sd=0.03,
        true_attribution=0.29,
        echo_of="placement_revenue",
        drives="placement_revenue",
        counted=True,
    ),
)
_PRICE = PriceLaw(
    model="per_unit",
    plans=("team",),
    priced_metric="seats",
    usual_ratio=0.62,
    discount_max=0.25,
    wtp_ratio=0.14,
    wtp_log_sd=0.35,
    hypothetical_bias=1.3,
    stated_log_sd=0.25,
    base_hazard=0.009,
    churn_slope=3.0,
    raise_at=(0.4, 0.75),
    raise_assignment="randomised",
    raise_levels=(0.05, 0.10, 0.20),
)
_REPORTING = ReportingLaw(
    share=0.78, on_employees=0.35, on_plan=0.0, on_tenure=0.4, on_churned=-0.7, on_units=0.3
)
_OFFER = OfferLaw(
    attributes=(
        AttributeLaw(name="reach", levels=("own page", "partner boards"), worth=(0.0, 0.3)),
        AttributeLaw(name="screening", levels=("none", "questions", "ranked"), worth=(0.0, 0.1, 0.25)),
        AttributeLaw(name="support", levels=("email", "phone"), worth=(0.0, 0.08)),
    ),
    features=(
        FeatureLaw(name="applicant ranking", share=0.24, shipped=None, cost=25.0),
        FeatureLaw(name="branded pages", share=0.05, shipped=0.2, cost=4.0),
        FeatureLaw(name="calendar sync", share=0.09, shipped=0.5, cost=6.0),
        FeatureLaw(name="multi-posting", share=0.3, shipped=0.1, cost=18.0),
        FeatureLaw(name="salary benchmarks", share=0.13, shipped=None, cost=9.0),
        FeatureLaw(name="single sign-on", share=0.035, shipped=0.8, cost=5.0),
        FeatureLaw(name="talent pool", share=0.16, shipped=0.6, cost=14.0),
    ),
)
