"""The menu in plain words: names of tiers, what each is for, what it does, and how sure that is."""

from __future__ import annotations

from typing import Any

from pricing_service.decisions._list_price_words import todays_prices
from pricing_service.decisions._tier_repricing import RISK, SURE
from pricing_service.decisions._words import chance, listed, money, one, percent, price
from pricing_service.panel import Metric

_ROUNDING = 0.005
_NAMES = {
    1: ("Standard",),
    2: ("Basic", "Pro"),
    3: ("Starter", "Growth", "Scale"),
    4: ("Starter", "Growth", "Pro", "Scale"),
    5: ("Starter", "Team", "Growth", "Pro", "Scale"),
    6: ("Starter", "Team", "Growth", "Business", "Pro", "Scale"),
}


def tier_names(count: int) -> tuple[str, ...]:
    """Return names for a menu of 1 to 6 tiers, the smallest first."""
    return _NAMES[count]


def tier_sentences(result: dict[str, Any], metric: Metric, currency: str) -> list[str]:
    """Return the result as sentences, the most important first."""
    against, expected = result["against_today"], result["expected"]
    menu = listed([_described(tier, metric, currency) for tier in result["tiers"]])
    said = _advice(result, menu)
    revenue = expected["monthly_revenue"]
    said.append(
        f"If all existing customers chose anew it would earn {money(revenue['value'], currency)} a month in a year,"
        f" newcomers included ({money(revenue['low'], currency)} to {money(revenue['high'], currency)})."
    )
    change = against["change"]
    if change["value"] is not None:
        said.append(
            f"That is {_signed(change['value'])} against today's prices ({_signed(change['low'])} to"
            f" {_signed(change['high'])})."
        )
    if result["recommendation"] == "new_menu" and against["probability_better"] is not None:
        better = chance(against["probability_better"])
        said.append(f"With probability {better} it earns more than they do, what units cost us taken off.")
    said += todays_prices(result)
    if against["leave_share"] is not None:
        said.append(
            f"{percent(against['pay_more_share'])} of existing customers would pay more,"
            f" {percent(against['pay_less_share'])} less, and {percent(against['leave_share'])} would rather leave;"
            " who may keep today's plan loses nothing."
        )
    return (
        said
        + _ideal(result["ideal"])
        + _fenced(result["fences"])
        + _shrinking(result["overage"], currency)
        + _proof(result)
    )


def _advice(result: dict[str, Any], menu: str) -> list[str]:
    """Say what to do, and why not the menu where it is not that."""
    if result["recommendation"] == "new_menu":
        return [f"Offer new customers {menu}.", *_level(result["price_level"])]
    against = f"the best menu found {_against_menu(result)}. It is {menu}."
    if result["recommendation"] == "keep_today":
        return [f"Keep today's prices for now: {against}"]
    step = result["todays_plans"]
    more = f"{percent(abs(step['price_change']))} {'more' if step['price_change'] > 0 else 'less'}"
    return [
        f"Keep today's plans, and ask new customers {more} for them: with probability"
        f" {chance(step['probability_better'])} that earns more than today's prices do{_little_at_risk(step)}."
        " Existing customers keep what they pay.",
        f"{against[0].upper()}{against[1:]}",
    ]


def _little_at_risk(step: dict[str, Any]) -> str:
    """Say why a step is advised that does not gain surely."""
    if step["probability_better"] >= SURE:
        return ""
    return f", and where it does not, it hardly ever costs more than {percent(RISK)} of what they bring"


def _level(factor: float) -> list[str]:
    """Say why the prices are not those that earn most on average."""
    if factor == 1:
        return []
    return [
        f"Its prices are {percent(1 - factor)} below those that would earn most on average: what people would pay is"
        " not known better, and a price that is too high costs more than one that is as much too low."
    ]


def _against_menu(result: dict[str, Any]) -> str:
    """Say what the menu that is not advised would do."""
    better = chance(result["todays_plans"]["menu_probability_better"])
    if result["against_menu"] == "other_prices_surer":
        return f"gains less surely: it would earn more than that with probability {better}"
    return f"would earn more than that with probability {better} only"


def _ideal(ideal: dict[str, Any]) -> list[str]:
    """Say what the menu does to those who succeed most."""
    if not ideal["customers"]:
        return []
    most = max(ideal["tiers"], key=lambda row: float(row["share"]))
    weighed = (
        [
            f"The menu was sought with each ideal customer counting {ideal['weight']:g} times as much as another."
        ]
        if ideal["weight"] != 1
        else []
    )
    return [
        *weighed,
        f"Of the {ideal['customers']:,} ideal customers {percent(ideal['pay_more_share'])} would pay more and"
        f" {percent(ideal['leave_share'])} would rather leave; most of them would be in {most['tier']}.",
    ]


def _fenced(fences: dict[str, Any]) -> list[str]:
    """Say which features belong into the larger tiers only."""
    larger = [
        f"{row['feature']} from {row['from_tier']} on" for row in fences["features"] if not row["every_tier"]
    ]
    if larger:
        return [f"Customers of larger tiers want some features more than others do: offer {listed(larger)}."]
    if fences["features"]:
        return ["No feature is surely wanted more in larger tiers: keep all of them in every tier."]
    return []


def _shrinking(overage: dict[str, Any], currency: str) -> list[str]:
    shrink = overage["break_even_shrink"]
    if shrink is None:
        return []
    text = f"Units beyond those included bring {money(overage['monthly_revenue'], currency)} a month"
    if shrink == 0:
        return [f"{text}, no more than what the best menu without them would earn."]
    return [
        f"{text}. People use less of what they pay for by the unit: such prices stay ahead of the best menu without"
        f" them while that usage shrinks by less than {percent(shrink)}."
    ]


def _described(tier: dict[str, Any], metric: Metric, currency: str) -> str:
    unit = one(metric).removeprefix("one ")
    text = f"{tier['name']} at {price(tier['price'], currency)} a month for up to {tier['included_units']:,g} × {unit}"
    if tier["overage_price"] is not None:
        text += f" and {price(tier['overage_price'], currency)} for each more"
    return text


def what_for(tier: dict[str, Any], metric: Metric) -> str:
    """Say for whom a tier is: what its customers need, and how many are on their way out of it upwards."""
    unit = one(metric).removeprefix("one ")
    if tier["needs"] is None:
        return f"needs of up to {tier['included_units']:,g} × {unit} a month; no customer of today takes it"
    low, high = (f"{tier['needs'][end]:,.3g}" for end in ("p25", "p75"))
    text = f"half of its customers need {low} to {high} × {unit} a month"
    if low == high:
        text = f"most of its customers need about {low} × {unit} a month"
    if tier["outgrown_within_a_year"] > 0:
        text += f"; {percent(tier['outgrown_within_a_year'])} outgrow it within a year"
    return text


def _signed(share: float) -> str:
    return f"{'+' if share >= 0 else '−'}{percent(abs(share))}"


def _proof(result: dict[str, Any]) -> list[str]:
    certificate = result["certificate"]
    proven = (
        "No menu of these sizes and fees earns more on the customers it was sought on"
        if certificate["gap"] < _ROUNDING
        else f"No menu of these sizes and fees can earn more than {percent(certificate['gap'])} above it on the"
        " customers it was sought on"
    )
    regret = certificate["held_out_regret"]
    if regret is None:
        return [f"{proven}."]
    return [
        f"{proven}; on customers it was not made for such a menu loses {percent(max(regret, 0.0))} of the best."
    ]
