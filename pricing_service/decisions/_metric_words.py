"""The value-metric verdict in plain words: sentences, caveats and the next data to collect."""

from __future__ import annotations

from math import exp
from typing import Any

from models.estimate import Caveat
from pricing_service.decisions._evidence import Evidence


def percent(share: float) -> str:
    """Return a share (0–1) as people write it.

    Examples
    --------
    >>> percent(0.974), percent(0.9996)
    ('97 %', 'more than 99 %')
    """
    if share > 0.995:
        return "more than 99 %" if share < 1 else "100 %"
    return f"{share:.0%}".replace("%", " %")


def metric_sentences(result: dict[str, Any], currency: str) -> list[str]:
    """Return the verdict as sentences, the most important first."""
    sentences = [_verdict(result)]
    leader = next((each for each in result["ranking"] if each["metric"] == result["recommended"]), None)
    if leader is not None:
        sentences += _about(leader)
    covered = result["coverage"]
    if covered["customers"]:
        sentences.append(
            f"{covered['reporting']} of {covered['customers']} customers report what they achieve"
            f" ({percent(covered['share'])}); the verdict rests on them."
            if covered["reporting"]
            else f"None of {covered['customers']} customers reports what it achieves, so value per unit is unknown"
            " and the order rests on growth with payment and on steady usage alone."
        )
    flips = result.get("sensitivity", {}).get("flips_at")
    if flips is not None:
        sentences.append(
            f"If the customers who do not report got {percent(flips)} of the value that customers like them get,"
            " another metric would lead."
        )
    return sentences


def _verdict(result: dict[str, Any]) -> str:
    metric = result["recommended"]
    if metric is None:
        return "No metric can be recommended: none is eligible on this data."
    if result["verdict"] == "clear":
        leader = result["ranking"][0]
        return (
            f"Price on {metric}: the value of one unit varies least there, and the probability that it is the"
            f" best of the candidates is {percent(leader['probability_best'])}."
        )
    if result["verdict"] == "tie":
        others = " and ".join(result["tied_with"])
        return f"{metric} and {others} are equally good by the steadiness of value per unit: choose the simpler one."
    needed = result["customers_needed"]
    more = f" About {needed:,} reporting customers would probably decide." if needed else ""
    rivals = result["contenders"]
    against = f" from {' and '.join(rivals)}" if rivals else ""
    return f"The data cannot tell yet. {metric} leads, but it cannot be told apart with confidence{against}.{more}"


def _about(leader: dict[str, Any]) -> list[str]:
    sentences = []
    spread, growth = leader["spread"], leader["growth"]["rank"]
    if spread["value"] is not None:
        factor = exp(spread["value"])
        sentences.append(
            f"Two customers in three lie within a factor of {factor:.2g} around the typical value per"
            f" {leader['metric']}."
        )
    if growth["value"] is not None:
        sentences.append(
            f"Customers who get more value use more of it: rank correlation {growth['value']:.2f}"
            f" ({growth['low']:.2f} to {growth['high']:.2f})."
        )
    capture = leader["scores"].get("capture_efficiency", {})
    if capture and capture["by_value"]["value"] is not None and capture["flat_fee"]["value"] is not None:
        sentences.append(
            f"One price per unit could take at most {percent(capture['by_value']['value'])} of all value before"
            f" customers do better without us; a flat fee {percent(capture['flat_fee']['value'])}."
        )
    return sentences


def metric_caveats(evidence: Evidence, circular: list[dict[str, str]]) -> list[Caveat]:
    """Return what a reader must know before relying on the ranking."""
    caveats = []
    for each in circular:
        text = (
            f"{each['kpi']} is the same per unit of {each['metric']} for every customer, as if it were computed"
            " from it: it says nothing about steadiness and was left out of the ranking where other KPIs remain"
        )
        caveats.append(Caveat("kpi_computed_from_metric", text))
    if evidence.kpis and evidence.gross:
        text = "some value is not attributed to us: worth is gross; steadiness and ranking are not affected by it"
        caveats.append(Caveat("gross_value", text))
    for metric in evidence.metrics:
        caveats += [Caveat("metric_data", f"{metric.metric}: {warning}") for warning in metric.warnings]
        if metric.metric in evidence.by_metric and evidence.kpis:
            caveats += _giants(metric.metric, evidence)
    if evidence.kpis and not any(each.inside_customer.size for each in evidence.by_metric.values()):
        text = "units inside a customer are not told apart (unit_id), so the spread between customers is a lower bound"
        caveats.append(Caveat("spread_is_lower_bound", text))
    return caveats


def _giants(metric: str, evidence: Evidence) -> list[Caveat]:
    value = evidence.by_metric[metric].value.clip(min=0)
    squares = float((value**2).sum())
    effective = float(value.sum()) ** 2 / squares if squares > 0 else 0.0
    if metric == evidence.metrics[0].metric and 0 < effective < 20:
        text = f"a few giants carry the value: by value there are only {effective:.0f} effective customers"
        return [Caveat("few_effective_customers", text)]
    return []


def next_metric_data(result: dict[str, Any], evidence: Evidence) -> list[dict[str, str]]:
    """Return what to collect next, the most useful first."""
    wanted = []
    covered = result["coverage"]
    if not covered["reporting"]:
        wanted.append(
            _next(
                "outcomes",
                "without what customers achieve, the value of a unit is unknown",
                "ask twenty customers of different sizes for one KPI a month",
            )
        )
    elif result["verdict"] == "cannot_tell" and result["customers_needed"]:
        wanted.append(
            _next(
                f"outcomes of about {result['customers_needed']:,} customers",
                "that many would probably decide which metric is best",
                "begin with the groups that report least (see coverage)",
            )
        )
    elif covered["share"] is not None and covered["share"] < 0.8:
        wanted.append(
            _next(
                "outcomes of customers who do not report yet",
                f"{covered['customers'] - covered['reporting']} customers are only modelled",
                "a one-question form at renewal: how many, last month?",
            )
        )
    if evidence.kpis and evidence.gross:
        wanted.append(
            _next(
                "kpis.attribution",
                "the share of the KPI that is owed to us turns gross value into worth",
                "let customer success and three customers each judge a share; their spread is its uncertainty",
            )
        )
    if not any(each.inside_customer.size for each in evidence.by_metric.values()):
        wanted.append(
            _next(
                "usage.unit_id and outcomes.unit_id",
                "with units told apart, the spread between single units is known, which a price must bear",
                "export the channel, user or posting id beside the units",
            )
        )
    return wanted


def _next(what: str, why: str, cheapest: str) -> dict[str, str]:
    return {"what": what, "why": why, "cheapest": cheapest}
