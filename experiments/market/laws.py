"""The laws of a business: how its customers, metrics, KPIs, prices and reporting come about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TraitLaw:
    """What every customer's record says, and how it bears on size and value.

    `segments` and `regions` name the levels; the tuples beside them are aligned. Effects are on the log
    scale.
    """

    segments: tuple[str, ...]
    segment_shares: tuple[float, ...]
    segment_size: tuple[float, ...]
    segment_value: tuple[float, ...]
    regions: tuple[str, ...]
    region_value: tuple[float, ...]
    median_employees: float
    employees_log_sd: float


@dataclass(frozen=True, kw_only=True)
class ValueLaw:
    """How much net value customers get in the long run, and how it moves from month to month.

    A customer's long-run net value per month is `median` × exp(size + trait effects + `log_sd` × noise),
    split over KPIs. In a month it is multiplied by (1 − `causal_share`) + `causal_share` × (units of the
    first metric ÷ their long-run mean) and by noise of mean one; so its mean over months is the long-run
    value exactly.
    """

    median: float
    size_log_sd: float
    log_sd: float
    causal_share: float
    month_log_sd: float
    month_memory: float
    activity_log_sd: float
    activity_memory: float
    zero_customers: float = 0.0
    zero_months: float = 0.0
    drift: float = 0.0
    drift_sd: float = 0.0
    tail_df: float | None = None


@dataclass(frozen=True, kw_only=True)
class MetricLaw:
    """One candidate value metric: long-run units = `median` × exp(`elasticity` × size + `log_sd` × noise).

    `activity` is the power with which a month's activity shock moves the units; a `constant` metric is the
    same number for every customer in every month.
    """

    name: str
    kind: str
    unit_name: str
    median: float
    elasticity: float
    log_sd: float
    activity: float = 1.0
    month_log_sd: float = 0.15
    month_memory: float = 0.0
    constant: bool = False

    @property
    def floor(self) -> float:
        """The least long-run units of a customer: one a month for a flow, two for a stock."""
        return 1.0 if self.kind == "flow" else 2.0


@dataclass(frozen=True, kw_only=True)
class KpiLaw:
    """One KPI: what the table says of it, and what is true.

    The true value per unit is a log-normal draw with the stated mean and sd, the true attribution a beta
    draw with the stated mean and sd. A KPI that is an `echo_of` another measures that one's value once more
    and adds none; `drives` says so in the table, or (double counting) nothing does. A `counted` KPI comes
    in whole numbers. One recorded `in_money` has its value beside each amount, and no value per unit in the
    table. One that is not `monetised` is a score from 0 to 10 that nobody prices; its money fields mean
    nothing.
    """

    name: str
    kind: str
    share: float
    customer_log_sd: float
    value_per_unit: float
    value_per_unit_sd: float
    true_value_per_unit: float
    attribution: float
    attribution_sd: float
    true_attribution: float
    echo_of: str | None = None
    drives: str | None = None
    counted: bool = False
    in_money: bool = False
    monetised: bool = True

    @property
    def adds_value(self) -> bool:
        """Whether the KPI is money that no other KPI counts already."""
        return self.monetised and self.echo_of is None

    @property
    def net_per_unit(self) -> float:
        """True net value of one unit of the KPI, in money."""
        return self.true_value_per_unit * self.true_attribution


@dataclass(frozen=True, kw_only=True)
class PriceLaw:
    """What customers are asked to pay, would pay, say they would pay, and do when the price is wrong.

    Willingness to pay is value × a log-normal ratio of median `wtp_ratio`; what a survey hears is that ×
    `hypothetical_bias` × noise. The log-odds of leaving in a month rise by `churn_slope` per unit of price
    ÷ willingness to pay, and give `base_hazard` where that is `usual_ratio`, where plans are priced to be.
    Raises come in waves at the fractions `raise_at` of the history; a `randomised` wave picks customers and
    levels by lot, another one picks those who pay least for what they would pay (so who is raised is who
    would stay).
    """

    model: str
    plans: tuple[str, ...]
    priced_metric: str
    usual_ratio: float
    discount_max: float
    wtp_ratio: float
    wtp_log_sd: float
    hypothetical_bias: float
    stated_log_sd: float
    base_hazard: float
    churn_slope: float
    raise_at: tuple[float, ...]
    raise_assignment: str
    raise_levels: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ReportingLaw:
    """Who reports outcomes, and what of them is recorded.

    `share` of the book reports. The log-odds move with standardised log employees, plan, log tenure, having
    churned and log units of the first metric, all of them observed; `on_worth` adds the (unobserved) value
    per unit, which only the regime `selective_reporting` does.
    """

    share: float
    on_employees: float
    on_plan: float
    on_tenure: float
    on_churned: float
    on_units: float
    on_worth: float = 0.0
    quarterly: bool = False
    missing_outcomes: float = 0.0
    missing_usage: float = 0.0


@dataclass(frozen=True, kw_only=True)
class InsideLaw:
    """Units of the first metric, a flow, are told apart: each customer has 2 to `most` of them.

    The log of a unit's worth has the sd `log_sd` inside a customer. The outcomes of the first KPI are then
    recorded unit by unit, as the first metric's alone.
    """

    most: int
    log_sd: float


@dataclass(frozen=True, kw_only=True)
class TrialLaw:
    """One unit of the first metric is offered to `prospects` drawn from the market, to learn what it sells for.

    The list price per unit is `list_ratio` × the median willingness to pay, and moves between quarters with the
    log sd `list_log_sd`. Reps deviate from it: each of `reps` by a leniency of its own (log sd `rep_log_sd`), and
    each offer by `offer_log_sd`, which correlates by `rep_knows` with what the prospect would pay. Whoever would
    pay the price buys, but a share `lost_otherwise` is lost whatever the price. Of those who find it too dear the
    share `rescued` is offered what it would just pay; of those who are lost for it, the share `price_blamed` says so.
    """

    prospects: int
    list_ratio: float
    list_log_sd: float
    reps: int
    rep_log_sd: float
    offer_log_sd: float
    rep_knows: float
    lost_otherwise: float
    rescued: float = 0.0
    price_blamed: float = 1.0


@dataclass(frozen=True, kw_only=True)
class AttributeLaw:
    """What a choice experiment varies beside the price of a unit.

    `worth` is aligned with `levels`: what each adds to the most that a customer would pay for the plain one, as
    a share of it; the first level is the plain one and adds 0.
    """

    name: str
    levels: tuple[str, ...]
    worth: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class FeatureLaw:
    """A feature: the `share` of the most that it would pay a month that a customer gives for it.

    It was `shipped` at that fraction of the history, or is proposed (None); building it took `cost` times the
    typical customer's value per month.
    """

    name: str
    share: float
    shipped: float | None
    cost: float


@dataclass(frozen=True, kw_only=True)
class OfferLaw:
    """What the product offers beside its metrics, and how people choose between offers.

    Tastes differ by `taste_log_sd`, on the log of a level's or a feature's worth. A choice between prices errs
    by `choice_noise`, a share of what the respondent would pay; between features by a Gumbel error on the log
    of their worth.
    """

    attributes: tuple[AttributeLaw, ...]
    features: tuple[FeatureLaw, ...]
    taste_log_sd: float = 0.3
    choice_noise: float = 0.15
