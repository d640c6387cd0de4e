"""What is true of a market, known because we made it: the yardstick for everything that is estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.market.business import Business
from experiments.market.customers import Customers, draw_customers
from experiments.market.demand import UnitDemand
from experiments.market.noise import Booleans, Floats, stream
from experiments.market.units_inside import draw_units_inside
from experiments.market.usage_and_value import drift_factors

# The Monte-Carlo error of a median of 50,000 is 0.3 % at a log scale of 0.5: small beside any interval from
# ≤ 600.
POPULATION = 50_000
# Rank correlation needs less: sorting is the costly part, and 10,000 give it to 0.01.
RANKED = 10_000
GROWS_FROM = 0.3


@dataclass(frozen=True, kw_only=True)
class MetricTruth:
    """The truth about one metric. Money is in the business's currency, per unit (flow) or unit-month (stock).

    Parameters
    ----------
    metric
        Its name.
    typical_worth
        Median over the POPULATION (50,000 customers drawn from the market that the book was drawn from) of
        long-run net value per unit, E[value per month] ÷ E[units per month]. Customers who never get value
        count with 0. Under drift both expectations are means over the months of the history.
    typical_worth_today
        The same at the last month's expectation; equal to `typical_worth` without drift.
    finite_typical_worth
        The same median in the finite book.
    log_sd, log_biweight, log_mad
        Scales of the log of that worth over the population's customers with any value: standard deviation,
        square root of the biweight midvariance (constant 9), and 1.4826 × median absolute deviation.
    rank_correlation
        Spearman's, of long-run units with long-run value over the population; 0 for a constant metric.
    grows
        Whether that is at least 0.3: the market draws metrics well above it or near 0.
    marginal_worth
        Median over the population of the value that one more unit CAUSES; 0 for all metrics but the first.
    capture_efficiency
        Largest share of all the population's value that one price per unit could take, each customer staying
        while its bill is below its value.
    typical_willingness
        Median over the population of the most that a customer would pay per unit.
    demand
        What the population would pay per unit, and what a price per unit would therefore earn.
    inside_log_sd, unit_log_scale
        Where units are told apart: sd of the log of a single unit's worth around its customer's level, and
        the biweight scale of that log over all units of all customers. None elsewhere.
    worth
        (n,) each customer's long-run net value per unit, in the order of the book.
    """

    metric: str
    typical_worth: float
    typical_worth_today: float
    finite_typical_worth: float
    log_sd: float
    log_biweight: float
    log_mad: float
    rank_correlation: float
    grows: bool
    marginal_worth: float
    capture_efficiency: float
    typical_willingness: float
    demand: UnitDemand
    inside_log_sd: float | None
    unit_log_scale: float | None
    worth: Floats

    @property
    def between_log_scale(self) -> float:
        """The scale by which metrics are compared: the biweight one, which heavy tails do not move."""
        return self.log_biweight


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The truth about a market.

    Parameters
    ----------
    metrics
        By name. Where units are told apart only the first one: outcomes of single units are its alone, so
        that the others are left with part of the value.
    best, runner_up
        The truly growing metrics of least and second-least `between_log_scale`; None where fewer grow.
    scale_ratio
        The best one's scale ÷ the runner-up's, in (0, 1]; None without a runner-up.
    flat_fee_efficiency
        Largest share of the population's value that one fee per customer could take.
    attribution, value_per_unit
        By KPI: what is true, against what the table states.
    wtp_to_value, hypothetical_bias, churn_slope, base_hazard
        As the business draws them: median willingness to pay ÷ value, stated ÷ true willingness to pay,
        log-odds of leaving per unit of price ÷ willingness to pay, and monthly hazard at the usual price.
    attribute_worth
        By attribute and level: what the level adds to the price of one unit of the first metric that the
        median customer would pay with the plain levels, money; a survey hears `hypothetical_bias` times it.
    feature_worth
        By feature: what the median customer would pay a month for it, money.
    customer_id, value, willingness_to_pay, reports
        (n,) the book, customer by customer; money per month.
    """

    metrics: dict[str, MetricTruth]
    best: str | None
    runner_up: str | None
    scale_ratio: float | None
    flat_fee_efficiency: float
    attribution: dict[str, float]
    value_per_unit: dict[str, float]
    wtp_to_value: float
    hypothetical_bias: float
    churn_slope: float
    base_hazard: float
    attribute_worth: dict[str, dict[str, float]]
    feature_worth: dict[str, float]
    customer_id: tuple[str, ...]
    value: Floats
    willingness_to_pay: Floats
    reports: Booleans


def know_truth(
    business: Business, customers: Customers, *, customer_id: list[str], reports: Booleans
) -> Truth:
    """Work out the truth from the laws and the customers' parameters, never from simulated months."""
    population = draw_customers(business, POPULATION, stream(business.seed, "population"))
    people, book = _values(business, population), _values(business, customers)
    metrics = {
        metric.name: _metric_truth(business, m, population=(population, people), book=(customers, book))
        for m, metric in enumerate(business.metrics[: 1 if business.inside else None])
    }
    ranked = sorted((t for t in metrics.values() if t.grows), key=lambda t: t.between_log_scale)
    names = [truth.metric for truth in ranked[:2]] + [None, None]
    return Truth(
        metrics=metrics,
        best=names[0],
        runner_up=names[1],
        scale_ratio=ranked[0].between_log_scale / ranked[1].between_log_scale if len(ranked) > 1 else None,
        flat_fee_efficiency=_capture(people.over_history, np.ones(POPULATION)),
        attribution={kpi.name: kpi.true_attribution for kpi in business.kpis if kpi.monetised},
        value_per_unit={kpi.name: kpi.true_value_per_unit for kpi in business.kpis if kpi.monetised},
        wtp_to_value=business.price.wtp_ratio,
        hypothetical_bias=business.price.hypothetical_bias,
        churn_slope=business.price.churn_slope,
        base_hazard=business.price.base_hazard,
        attribute_worth=_attribute_worth(business, metrics[business.metrics[0].name].typical_willingness),
        feature_worth=_feature_worth(business, float(np.median(population.willingness_to_pay))),
        customer_id=tuple(customer_id),
        value=book.over_history,
        willingness_to_pay=customers.willingness_to_pay,
        reports=reports,
    )


def _attribute_worth(business: Business, unit: float) -> dict[str, dict[str, float]]:
    return {
        attribute.name: {
            level: share * unit for level, share in zip(attribute.levels, attribute.worth, strict=True)
        }
        for attribute in business.offer.attributes
    }


def _feature_worth(business: Business, month: float) -> dict[str, float]:
    return {feature.name: feature.share * month for feature in business.offer.features}


@dataclass(frozen=True)
class _Values:
    """(n,) long-run net value per month: mean over the history, and as it is in the last month."""

    over_history: Floats
    today: Floats


def _values(business: Business, customers: Customers) -> _Values:
    if business.value.drift_sd == 0:
        return _Values(customers.value, customers.value)
    factors = drift_factors(business, customers.pace, business.months)
    return _Values(customers.value * factors.mean(axis=0), customers.value * factors[-1])


def _metric_truth(
    business: Business, m: int, *, population: tuple[Customers, _Values], book: tuple[Customers, _Values]
) -> MetricTruth:
    people, value = population
    units = people.units[:, m]
    worth, own = value.over_history / units, book[1].over_history / book[0].units[:, m]
    logs = np.log(worth[worth > 0])
    correlation = (
        0.0
        if business.metrics[m].constant
        else _rank_correlation(units[:RANKED], value.over_history[:RANKED])
    )
    typical = float(np.median(worth))
    return MetricTruth(
        metric=business.metrics[m].name,
        typical_worth=typical,
        typical_worth_today=float(np.median(value.today / units)),
        finite_typical_worth=float(np.median(own)),
        log_sd=float(logs.std()),
        log_biweight=_biweight(logs),
        log_mad=_normal_mad(logs),
        rank_correlation=correlation,
        grows=correlation >= GROWS_FROM,
        marginal_worth=business.value.causal_share * typical if m == 0 else 0.0,
        capture_efficiency=_capture(value.over_history, units),
        typical_willingness=float(np.median(people.willingness_to_pay / units)),
        demand=UnitDemand.of(people.willingness_to_pay, units),
        inside_log_sd=None if business.inside is None else business.inside.log_sd,
        unit_log_scale=_unit_log_scale(business, people),
        worth=own,
    )


def _unit_log_scale(business: Business, people: Customers) -> float | None:
    """Return the scale over single units of the worth that the first KPI gives them."""
    if business.inside is None:
        return None
    inside = draw_units_inside(business.inside, RANKED, stream(business.seed, "population inside"))
    gets = people.net_value[:RANKED, 0] > 0
    level = np.log(people.net_value[:RANKED, 0][gets] / people.units[:RANKED, 0][gets])
    return _biweight((level[:, None] + inside.relative_log_worth[gets])[inside.present[gets]])


def _normal_mad(values: Floats) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def _biweight(values: Floats) -> float:
    centre = np.median(values)
    away = values - centre
    mad = float(np.median(np.abs(away)))
    if mad == 0:
        return 0.0
    u2 = (away / (9 * mad)) ** 2
    near = u2 < 1
    top = (away[near] ** 2 * (1 - u2[near]) ** 4).sum()
    bottom = ((1 - u2[near]) * (1 - 5 * u2[near])).sum()
    return float(np.sqrt(len(values) * top) / abs(bottom))


def _rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's; values that meet at a floor are ranked by position, which 10,000 draws do not feel."""
    return float(np.corrcoef(x.argsort().argsort(), y.argsort().argsort())[0, 1])


def _capture(value: Floats, units: Floats) -> float:
    """Largest of price × units of those who stay ÷ all value, over prices at each customer's own worth."""
    worth = value / units
    dearest_first = np.argsort(-worth)
    billed = worth[dearest_first] * np.cumsum(units[dearest_first])
    return float(billed.max() / value.sum())
