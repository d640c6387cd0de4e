"""Codes of the API in plain words; a code without words of its own loses its underscores."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from api.pages.evidence_words import WEAKER
from api.pages.raise_reasons import RAISE_REASONS

REASONS: Mapping[str, str] = MappingProxyType(
    {
        **WEAKER,
        "": "the data do not carry it",
        "nothing_published": "no decision on it is in force",
        "not_analysed": "no analysis tells of it",
        "would_leave": "it would rather leave than pay any tier",
        "pays_it_already": "it pays that much already",
        "not_raised": "no raise was decided for it",
        "no_plan": "the data name no plan",
        "not_a_customer_now": "it is no paying customer now",
        "no_price_book": "no price book is in force",
        "not_built": "this is not built yet",
        "no_overage": "nothing can be used beyond what is included",
        "unlimited": "nothing is limited",
        "no_day_told": "no day was told",
        "no_expected_units": "nobody said how much will be used",
        "no_tier_is_large_enough": "no tier lets so much be used",
        "no_such_plan": "no published tier has that name",
        "calibration_too_rough": "too few purchases tell how far purchase intents go",
        "constant_metric": "every customer has the same units: this is a flat fee",
        "history_too_short": "the history is too short",
        "insufficient_customers": "too few customers carry evidence",
        "answers_do_not_bound_it": "the answers leave it without a bound",
        "everybody_reports": "every customer reports",
        "no_bills": "the data hold no bills",
        "no_bill_changes": "it changes nobody's bill by itself",
        "not_in_the_result": "the analysis does not tell it",
        "not_in_the_rows": "the rows do not tell contracts and notice",
        "pays_nothing": "the customer pays nothing today",
        "forgotten": "the analysis that told it is forgotten",
        "not_simulated": "nobody has simulated the draft with this content",
        "no_price_book_changes": "no price book changes with it",
        "no_price_book_before": "no price book was in force before",
        "never_flips": "no value that was tried turns the decision",
        "no_invoices": "the data hold no invoices for use or for single purchases",
        "all_recurring": "everyone who buys by single invoices has recurring revenue, too",
        "at_most_once_a_month": "purchases come at most once a month, where that law does not hold",
        "no_customers": "the data hold no customers",
        "no_decided_leads": "no lead has been won or lost yet",
        "no_eligible_metric": "no metric passed the checks",
        "no_lost_leads": "no lost leads are in the data",
        "no_outcomes": "no customer reports outcomes",
        "no_traits": "no trait of leads tells them apart",
        "had_to_be_there": "whoever is told a raise had to be there until then, so that leaving shows no trend before",
        "no_months_before": "those raised are not seen before their raise",
        "no_past_raises": "no customer was told a raise that is seen in the months of the data",
        "nobody_untreated": "everybody was raised: nobody is left to compare with",
        "not_for_this_outcome": "it cannot be said of this outcome",
        "no_usage": "there is no usage of it in the window",
        "no_value": "no value was achieved with it",
        "no_value_for_typical_customer": "the typical customer has achieved nothing yet",
        "no_variation": "every customer has the same value per unit",
        "no_demand_curve": "the method has no demand curve",
        "none_never_chosen": "nobody chose to buy nothing at the prices shown",
        "none_eligible": "no metric passed the checks",
        "consideration_is_not_purchase": "it asks what people would consider, not what they would buy",
        "nothing_dated": "nothing in the data has a date",
        "guards_too_tight": "no menu keeps to the guard rails",
        "no_price_list": "there is no price list",
        "price_list_refused": "the price list cannot be used as it stands",
        "too_few_on_price_list": "the price list tells the prices of too few customers' plans",
        "nobody_would_pay": "no tier earns more than its units cost",
        "no_worth": "nobody knows what a unit is worth to customers",
        "not_asked": "it was not asked",
        "not_identified": "data of this kind cannot tell it, however much there is",
        "not_monetised": "its outcomes carry no value in money",
        "start_not_known": "nobody wrote down when it signed",
        "too_few_periods": "too few customers have three months or more",
        "contact_us": "the plan's price is negotiated",
        "metric_not_in_data": "the draft charges for a metric that the data do not have",
        "units_unknown": "the units are not known",
        "no_plan_fits": "no plan of the draft carries the usage",
        "no_bill_today": "they pay nothing today",
        "metric_not_used": "they have not used it",
        "nothing_to_compare_with": "nothing tells what was paid before",
        "traits_do_not_predict": "traits are not known to foretell success",
        "units_not_told_apart": "the data do not tell units apart (unit_id)",
        "window_not_over": "the data do not span the window yet",
        "nothing_lost": "nothing was lost, so nothing can be divided by it",
        "nobody_stayed": "no customer stayed",
        "first_month": "it is the first month of the history",
        "no_foreign_money": "all money is in one currency",
        "no_exchange_rate": "an exchange rate is missing",
        "no_acquisition_costs": "no table tells what winning customers cost",
        "no_costs_to_serve": "no table tells cost to serve, so that all revenue counts as margin",
        "no_new_customers": "no customer was won in that time",
        "no_referrals": "no table tells who was recommended by whom",
        "no_terms": "no subscription tells when its term ends",
        "nothing_due": "nothing came up for renewal",
        "not_yet_due": "it is not due yet",
        "other_convention": "it is told for the default way to count only",
        "too_few_left": "too few customers left",
        "too_few_shrank": "too few customers paid less than the month before",
        "too_few_grew": "too few customers paid more than the month before",
        "too_few_losses": "too little was lost to divide by it",
        "grows_beyond_experience": "growth is carried on that no business keeps up for long",
        "below_the_line": "the line ends above this retention",
        "no_net_retention": "net retention is not known",
        "no_value_known": "nobody's value is known in these months",
        "no_value_added": "the value that customers realise did not grow",
        "value_effect_unknown": "value is not sure to keep customers in these data",
        "no_revenue": "nobody pays today",
        "no_success_costs": "no table tells what customer success costs",
        "nobody_with": "too few customers cost success anything in the window before",
        "nobody_without": "there are too few customers without such costs to compare with",
        "nobody_alike": "those without such costs are of another size or age",
        "no_opening_mrr": "nobody paid at the start of that time",
        "observation_gap": "between two ages nobody was watched",
        "insufficient_renewals": "too few months of customers were seen",
        "no_renewals": "no customer came as far as a second month",
        "begins_after_today": "its window would begin after today",
        "interval_unbounded": "the data do not bound how high it may be",
        "not_reached": "more than half of the customers stay as long as the history tells",
        "beyond_observation": "no customer has been here that long yet",
        "not_paid_back": "it is not paid back in the months that count",
        "not_converged": "the sums came to no end",
        "not_positive": "what it is compared with may be nothing",
        "no_features": "no table tells the features",
        "no_feature_values": "nobody told what it is worth to them",
        "no_cost": "its cost is not known",
        "not_shipped": "it has not been shipped",
        "nothing_told": "nobody was asked about it",
        "nobody_known_to_be_ideal": "nobody is known to be ideal",
        "willingness_unknown": "too few customers told what they themselves would pay",
        "nobody_compared": "no two customers may be asked the same",
        **RAISE_REASONS,
    }
)

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "outcomes": "Reported outcomes",
        "worth_checks": "Worth checks (“is this figure right for you?”)",
        "prior": "Prior research figure",
        "price_sensitivity": "Price sensitivity survey",
        "purchase_intent": "Purchase intent survey",
        "choices": "Choice experiment",
        "quotes": "Quotes won and lost",
        "renewals": "Renewals at known prices",
    }
)

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "van_westendorp": "price sensitivity meter",
        "newton_miller_smith": "price sensitivity with intents",
        "gabor_granger": "answers to stated prices",
        "conjoint": "choices between offers",
    }
)

EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "worth": "Where the worth comes from",
        "willingness": "What customers would pay, source by source",
    }
)

CONSIDERING = ("van_westendorp", "newton_miller_smith")
"""Methods whose typical price is one that people would consider, which is not yet one that they would pay."""

BEST_PRICES: Mapping[str, str] = MappingProxyType(
    {
        "revenue": "brings in most money",
        "reach": "wins most customers",
        "profit": "earns most after what a unit costs us",
    }
)

PRICE_POINTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pmc": (
            "Lower end of the acceptable range (PMC)",
            "below it, quality is doubted more than it is a bargain",
        ),
        "opp": ("Least resistance (OPP)", "as many find it too cheap as too expensive"),
        "idp": ("Indifference (IDP)", "as many find it cheap as expensive"),
        "pme": (
            "Upper end of the acceptable range (PME)",
            "above it, more find it too expensive than still fair",
        ),
    }
)

CONVENTIONS: Mapping[str, str] = MappingProxyType(
    {
        "grr_endpoint": "Gross, each customer capped at what it paid",
        "grr_capped_in_total": "Gross, capped in total only",
        "grr_movements_of_base": "Gross, less every loss of the first customers",
        "grr_movements": "Gross, less every loss of the year",
        "grr_compounded": "Gross, months multiplied",
        "grr_lowest": "Gross, each customer at its lowest",
        "nrr_endpoint": "Net, the same customers at both ends",
        "nrr_without_winbacks": "Net, whoever left stays lost",
        "nrr_movements": "Net, by the bridge's lines",
        "nrr_movements_with_reactivation": "Net, by the bridge's lines, with those who came back",
        "nrr_compounded": "Net, months multiplied",
        "nrr_average_month": "Net, the mean month over a year",
        "nrr_survivors": "Net, of those who stayed only",
        "nrr_mean_of_ratios": "Net, every customer counting the same",
        "logo_endpoint": "Customers, paying at both ends",
        "logo_never_lapsed": "Customers, who never lapsed",
        "quick_ratio": "Gained for each unit of money lost",
        "quick_ratio_with_reactivation": "Gained, with those who came back, for each unit of money lost",
    }
)
"""Ways to count retention."""

_RELEASED = "released:"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "value_metrics": "What to charge for",
        "unit_worth": "What one unit is worth",
        "willingness_to_pay": "Willingness to pay",
        "ideal_customers": "Ideal customers",
        "tiers": "Tiers",
        "raises": "Price raises",
        "growth": "Growth and retention",
        "success_response": "What success does to renewal",
        "next_value": "What to offer next",
    }
)


def plain(code: object) -> str:
    """Take the underscores out of a code: ``no_unit_ids`` becomes ``no unit ids``."""
    return str(code if code is not None else "").replace("_", " ").strip()


def reason_in_words(code: object) -> str:
    """Say in plain words why a number is not known.

    >>> reason_in_words("no_outcomes"), reason_in_words("a_new_code"), reason_in_words("released:calendar sync")
    ('no customer reports outcomes', 'a new code', 'calendar sync was released since')
    """
    said = str(code or "")
    if said.startswith(_RELEASED):
        return f"{said.removeprefix(_RELEASED)} was released since"
    return REASONS.get(said, plain(code))


def kind_in_words(kind: object) -> str:
    """Name a kind of analysis for readers."""
    return KINDS.get(str(kind), plain(kind).capitalize())


def method_in_words(method: object) -> str:
    """Name a survey method for readers."""
    return METHODS.get(str(method), plain(method))


def source_in_words(source: object) -> str:
    """Name a source of evidence for readers."""
    return SOURCES.get(str(source), plain(source).capitalize())


def month_in_words(month: object) -> str:
    """Name a calendar month: ``2026-05`` becomes ``May 2026``; what is no month stays as it is.

    >>> month_in_words("2026-05"), month_in_words("soon")
    ('May 2026', 'soon')
    """
    said = str(month or "")
    year, _, number = said.partition("-")
    known = number.isdecimal() and 1 <= int(number) <= len(_MONTHS)
    return f"{_MONTHS[int(number) - 1]} {year}" if known else said


def joined(names: list[str], *, last: str = "and") -> str:
    """Join names as a sentence does: ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""
