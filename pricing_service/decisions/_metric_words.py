"""The value-metric verdict in plain words: sentences, caveats and the next data to collect."""

from __future__ import annotations

from math import exp
from typing import Any

from models.estimate import Caveat
from models.value_metrics.growth import RANK_BAR
from pricing_service.decisions._alternatives import rests_on_alternatives
from pricing_service.decisions._coverage import WANTED_OF_THE_SILENT
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._stated_spread import stated_sentences
from pricing_service.decisions._twins import twin_caveats
from pricing_service.decisions._words import chance, customers, listed, one, per, percent
from pricing_service.panel import Metric

_FEW = 20
_PARTLY = 0.9


def metric_sentences(result: dict[str, Any], evidence: Evidence, silence: Caveat | None) -> list[str]:
    """Return the verdict as sentences, the most important first."""
    metrics = {metric.metric: metric for metric in evidence.metrics}
    leader = next((each for each in result["ranking"] if each["metric"] == result["recommended"]), None)
    if silence is not None:
        return [*_without_value(result, leader, silence), *_reporting(result, evidence)]
    said = [_verdict(result, leader, evidence)]
    if leader is not None:
        said += _about(leader, metrics[leader["metric"]])
    if rests_on_alternatives(evidence):
        known = customers(int(evidence.reporters.size))
        said.append(f"The verdict rests on {known} whose worth over their next best alternative is known.")
    said += _reporting(result, evidence)
    flips = result["sensitivity"]["flips_at"]
    if flips is not None:
        said.append(
            f"If the customers who do not report got {percent(flips)} or less of the value that customers like them"
            f" get, {result['sensitivity']['to']} would vary least."
        )
    return said


def _verdict(result: dict[str, Any], leader: dict[str, Any] | None, evidence: Evidence) -> str:
    if leader is None:
        return f"No metric can be recommended yet: {_obstacle(result, evidence)}."
    metric = leader["metric"]
    if result["verdict"] == "clear":
        return (
            f"Price by {metric}: among the candidates the value of one unit varies least there"
            f" (probability {chance(leader['probability_best'])})."
        )
    if result["verdict"] == "tie":
        equals = listed([metric, *result["tied_with"]])
        return f"{equals} are equally good: price by the one that customers understand best."
    needed = result["customers_needed"]
    more = f" Outcomes of about {customers(needed)} would probably decide." if needed else ""
    doubts = listed([each["message"] for each in leader["reasons"]])
    if result["contenders"]:
        rivals = listed(result["contenders"], last="or")
        also = f" It also {doubts}." if doubts else ""
        return f"The data cannot tell yet: {metric} leads, but {rivals} may still prove better.{also}{more}"
    but = f", but it {doubts}" if doubts else ", but not clearly enough to rely on it"
    return f"The data cannot tell yet: {metric} leads{but}.{more}"


def _obstacle(result: dict[str, Any], evidence: Evidence) -> str:
    """Say what stands against every metric, if it is one thing, else against each."""
    if not any((each.value > 0).any() for each in evidence.by_metric.values()):
        return "no customer reports that it gained anything"
    against = {
        each["metric"]: [reason["message"] for reason in each["reasons"]] for each in result["ranking"]
    }
    different = {message for messages in against.values() for message in messages}
    if len(different) == 1:
        return str(different.pop())
    return "; ".join(f"{metric}: {listed(messages)}" for metric, messages in against.items() if messages)


def _without_value(result: dict[str, Any], leader: dict[str, Any] | None, silence: Caveat) -> list[str]:
    said = [
        f"The data cannot tell which metric is best: {silence.message}, so the value of a unit is unknown."
    ]
    if leader is None:
        return said
    charged = [
        each["metric"]
        for each in result["ranking"]
        if each["growth_with_payment"]["reason"] == "bills_computed_from_metric"
    ]
    if charged:
        said.append(
            f"Today's bills are charged by {listed(charged)}, so that bills cannot speak for or against it."
        )
    said += stated_sentences(result["ranking"])
    payment = leader["growth_with_payment"]
    if payment["value"] is not None and payment["low"] > 0:
        said.append(
            f"Of the candidates, {leader['metric']} rises most surely with what customers pay: rank correlation"
            f" {payment['value']:.2f} ({payment['low']:.2f} to {payment['high']:.2f})."
        )
    variation = leader["scores"]["predictability"]["unit_variation"]
    if variation["value"] is not None:
        said.append(
            f"Month by month a typical customer's use of {leader['metric']} varies by {percent(variation['value'])}"
            " around its mean, and so would a bill by it."
        )
    return said


def _about(leader: dict[str, Any], metric: Metric) -> list[str]:
    said = []
    spread, rank = leader["spread"], leader["growth"]["rank"]
    if spread["value"] is not None:
        said.append(
            f"What {one(metric)} is worth lies within a factor of {exp(spread['value']):.2g} of the middle for about"
            " two customers in three."
        )
    if rank["value"] is not None:
        surely = rank["low"] > RANK_BAR
        said.append(
            f"Customers who get more value {'use' if surely else 'may use'} more of it: rank correlation"
            f" {rank['value']:.2f} ({rank['low']:.2f} to {rank['high']:.2f})."
        )
    capture = leader["scores"]["capture_efficiency"]
    by_value, flat = capture["by_value"]["value"], capture["flat_fee"]["value"]
    if by_value is not None and flat is not None:
        said.append(
            f"One price {per(metric)} could take at most {percent(by_value)} of all value, if customers stay only while"
            f" the bill is below their value; one flat fee for all {percent(flat)}."
        )
    return said


def _reporting(result: dict[str, Any], evidence: Evidence) -> list[str]:
    reporting, book = result["coverage"]["reporting"], result["coverage"]["customers"]
    if not reporting:
        return []
    who = "All customers" if reporting == book > 1 else f"{reporting:,} of {customers(book)}"
    said = f"{who} {'reports' if reporting == 1 else 'report'} what they achieve"
    if reporting < book:
        said += f" ({percent(reporting / book)})"
    rests = evidence.kpis and not rests_on_alternatives(evidence)
    return [f"{said}; the verdict rests on them." if rests else f"{said}."]


def metric_caveats(evidence: Evidence, circular: list[dict[str, str]]) -> list[Caveat]:
    """Return what a reader must know before relying on the ranking."""
    caveats = [circular_caveat(each) for each in circular]
    if evidence.kpis and evidence.gross:
        caveats.append(Caveat("gross_value", _gross(evidence)))
    caveats += kpi_caveats(evidence)
    for metric in evidence.metrics:
        caveats += [Caveat("metric_data", f"{metric.metric}: {warning}") for warning in metric.warnings]
    caveats += _giants(evidence)
    caveats += _without_gain(evidence)
    if evidence.kpis and not any(each.inside_customer.size for each in evidence.by_metric.values()):
        text = "units inside a customer are not told apart (unit_id), so the spread between customers is a lower bound"
        caveats.append(Caveat("spread_is_lower_bound", text))
    return caveats


def _gross(evidence: Evidence) -> str:
    """Say what missing attribution does to a ranking: one common share nothing, unequal ones a lot."""
    if len(evidence.kpis) == 1:
        return (
            "the value is not attributed to us: worth is gross; steadiness and ranking are not affected by it"
        )
    missing = listed([kpi.kpi for kpi in evidence.kpis if kpi.attribution is None])
    return (
        f"no share of {missing} is attributed to us: worth is gross, and the ranking takes all of it; were the"
        " shares of the KPIs unequal, their money would mix differently and the ranking might change"
    )


def circular_caveat(each: dict[str, str]) -> Caveat:
    """Return the warning of a KPI that is computed from a metric."""
    text = (
        f"{each['kpi']} brings the same money per unit of {each['metric']} for every customer, as if it were computed"
        " from it: it cannot show how steady value is, and the ranking leaves it out"
    )
    return Caveat("kpi_computed_from_metric", text)


def kpi_caveats(evidence: Evidence) -> list[Caveat]:
    """Return why some KPIs are no part of the value, and which are reported for a part of the time only."""
    caveats = []
    for kpi in evidence.panel.kpis:
        if not kpi.monetised and kpi.why_not:
            caveats.append(Caveat("kpi_not_monetised", f"{kpi.kpi} is left out: {kpi.why_not}"))
        elif kpi.monetised and not kpi.counted:
            text = f"{kpi.kpi} drives {kpi.drives}, whose value is counted already; it is not added again"
            caveats.append(Caveat("kpi_not_added_twice", text))
    for name, share in evidence.reported_share.items():
        if len(evidence.kpis) > 1 and share < _PARTLY:
            text = (
                f"{name} is reported in {percent(share)} of the periods in which customers report anything; a"
                " customer's worth rests on the periods in which it reports all that it ever reports"
            )
            caveats.append(Caveat("kpi_partly_reported", text))
    return caveats + twin_caveats(evidence)


def _giants(evidence: Evidence) -> list[Caveat]:
    if not evidence.kpis or not evidence.metrics:
        return []
    value = evidence.by_metric[evidence.metrics[0].metric].value.clip(min=0)
    squares = float((value**2).sum())
    effective = float(value.sum()) ** 2 / squares if squares > 0 else 0.0
    if value.size < _FEW or not 0 < effective < _FEW:
        return []
    text = (
        f"a few giants carry the value: weighed by value, {value.size} customers count like {effective:.0f}"
    )
    return [Caveat("few_effective_customers", text)]


def _without_gain(evidence: Evidence) -> list[Caveat]:
    if not evidence.kpis or not evidence.metrics:
        return []
    first = evidence.by_metric[evidence.metrics[0].metric]
    without = int((first.value <= 0).sum())
    if not without:
        return []
    text = (
        f"{without:,} of {customers(first.n, kind='reporting ')} gained nothing or lost: they have no value per unit,"
        " and its spread is that of the others"
    )
    return [Caveat("customers_without_gain", text)]


def next_metric_data(result: dict[str, Any], evidence: Evidence) -> list[dict[str, str]]:
    """Return what to collect next, the most useful first."""
    wanted = _next_outcomes(result, evidence)
    if evidence.kpis and evidence.gross:
        wanted.append(
            (
                "kpis.attribution",
                "the share of the KPI that is owed to us turns gross value into worth",
                "let customer success and three customers each judge a share; their spread is its uncertainty",
            )
        )
    if not any(each.inside_customer.size for each in evidence.by_metric.values()):
        wanted.append(
            (
                "usage.unit_id and outcomes.unit_id",
                "with units told apart, the spread between single units is known, which a price must bear",
                "export the channel, user or posting id beside the units",
            )
        )
    return [{"what": what, "why": why, "cheapest": cheapest} for what, why, cheapest in wanted]


def _next_outcomes(result: dict[str, Any], evidence: Evidence) -> list[tuple[str, str, str]]:
    covered, needed = result["coverage"], result["customers_needed"]
    silent = covered["customers"] - covered["reporting"]
    if result["circular_kpis"] and not evidence.kpis:
        why = "what is computed from usage cannot show what usage is worth"
        return [
            ("outcomes that are measured for themselves", why, "ask twenty customers for one KPI a month")
        ]
    if not evidence.kpis and evidence.heard:
        why = "customers report what they achieve, but nothing says what it is worth in money"
        return [
            (
                "kpis.value_per_unit",
                why,
                "let finance put a figure on one unit of each KPI, with its uncertainty",
            )
        ]
    if not covered["reporting"]:
        why = "without what customers achieve, the value of a unit is unknown"
        return [("outcomes", why, "ask twenty customers of different sizes for one KPI a month")]
    if result["verdict"] == "cannot_tell" and needed:
        why = "that many would probably decide which metric is best"
        return [
            (
                f"outcomes of about {customers(needed)}",
                why,
                "begin with the groups that report least (see coverage)",
            )
        ]
    if covered["share"] < 0.8:
        why = f"{customers(silent)} can only be judged by others like them"
        return [
            (
                WANTED_OF_THE_SILENT,
                why,
                "a one-question form at renewal: how many, last month?",
            )
        ]
    return []
