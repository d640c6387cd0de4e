"""What a reader must know before relying on the profile of ideal customers, and what to collect next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.estimate import Caveat
from models.ideal_customers.success import TO_US
from pricing_service.decisions._ideal_study import Study
from pricing_service.decisions._words import customers, listed
from pricing_service.panel import StoredPanel

Result = Mapping[str, Any]


def ideal_caveats(result: Result, study: Study | None, panel: StoredPanel) -> list[Caveat]:
    """Return what a reader must know before relying on the profile."""
    if study is None or study.success is None:
        return []
    success, told = result["success"], []
    if success["too_early"]:
        young = customers(success["too_early"])
        text = f"of {young} it is too early to tell: they count neither as success nor as failure"
        told.append(Caveat("too_early", text))
    if success["seen_late"]:
        text = (
            f"{success['seen_late']:,} of {success['known']:,} customers were there before the data begin: they are"
            " followed from the data's first month, and those who had left by then are not among them"
        )
        told.append(Caveat("seen_late", text))
    today = [each["trait"] for each in result["traits"] if each["as_of"] == "today"]
    if today:
        text = (
            f"{listed(today)}: known as of today, for nobody wrote down what it was at signing; where success or"
            " failure has changed it since, it misleads"
        )
        told.append(Caveat("traits_of_today", text))
    if TO_US in study.success.parts and "costs" not in _tables(panel):
        told.append(
            Caveat("no_costs", "nothing says what serving a customer costs: margin is all that it pays")
        )
    if not study.success.relative_to_size:
        text = "no bill says how large a customer is: large customers succeed more easily, and the profile says so"
        told.append(Caveat("size_not_known", text))
    return told + _about_score(result)


def _about_score(result: Result) -> list[Caveat]:
    told = []
    quality = result["score_quality"]
    now, later = quality["out_of_sample"], quality["out_of_time"]
    if now is not None and now["auc"]["value"] is not None and later is None:
        text = (
            "the history is too short to try the score on customers who came later than those it learned from"
        )
        told.append(Caveat("not_tried_in_time", text))
    missed = later is not None and later["reliability"]["within_sampling_error"] is False
    if missed and quality["predicts"] == "yes":
        text = "of customers who came later it told chances that did not come true: read it as an order there"
        told.append(Caveat("chances_missed_later", text))
    if result["lifetime_value"]["leaving_a_month"]["value"] == 0:
        text = "nobody has left yet: how long customers stay is a guess, bounded by five years"
        told.append(Caveat("nobody_left", text))
    return told


def next_ideal_data(result: Result, study: Study | None, panel: StoredPanel) -> list[dict[str, str]]:
    """Return what to collect next, the most useful first."""
    tables, wanted = _tables(panel), []
    if any(each["as_of"] == "today" for each in result["traits"]) or not result["traits"]:
        why = "traits as they were at signing tell what could have been known then"
        wanted.append(("trait_history", why, "export the CRM's history of the fields that sales fills in"))
    if study is not None and "costs" not in tables:
        why = "a customer that pays much and costs more is not ideal"
        wanted.append(("costs", why, "hours of support and success a customer, at one rate"))
    leads = result["leads"]
    if not leads or leads["conditional_on_winning"]:
        why = "lost leads tell the chance of winning one, by which its score is multiplied"
        wanted.append(("leads, lost ones too", why, "export all leads of the last year from the CRM"))
    if result["score_quality"]["predicts"] == "cannot_tell":
        why = "whether traits foretell success takes more customers whose first year is over"
        wanted.append(
            (
                "more customers, or traits that sales believes in",
                why,
                "ask sales which three traits they look for",
            )
        )
    return [{"what": what, "why": why, "cheapest": cheapest} for what, why, cheapest in wanted]


def _tables(panel: StoredPanel) -> set[str]:
    return set(panel.dataset.tables) if panel.dataset is not None else set()
