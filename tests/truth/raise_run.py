"""One simulated business through `raises`: what its plan gains when customers leave as they truly would.

Beside it stand a planner who knows the true response to all that can be observed, and the best plain raises, chosen
with the same knowledge, within the same caps, groups and budgets.

Notation
--------
v : true value      o : what is observed of a customer: its measured or modelled value, its bill, its units
ε : its private draw, log w = E(log v | o) + log ratio + ε : what it would pay, beyond what observation tells (the
normal regression of log v on log o over the business's customers). It is known only by what the customer signed and by
its staying so long: the weights π(ε) are those of the law, times the chance to have stayed at every price it paid
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.market import Business, draw_business, simulate, write_dataset
from experiments.market.customers import Customers, draw_customers
from experiments.market.money import (
    MOST_AT_SIGNING,
    NEGOTIATED_SHARE,
    Accounts,
    monthly_hazard,
    simulate_accounts,
)
from experiments.market.noise import stream
from models.checks import Floats
from models.pricing.raises.choices import Choices, choose
from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_terms import RaiseTerms
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import panel_of

TERMS = RaiseTerms(0.25, (0.10, 0.15), 24, 0.12, 60, 0.9, 1)
BUDGET = 0.01
BUDGETS = np.full(2, BUDGET)
RAILS = Rails(BUDGET, BUDGET, 0.9, 0.0, ["plan", "usage_band"])
TABLES = ("customers", "subscriptions", "usage", "metrics", "kpis", "outcomes", "price_changes", "costs")
_GRID = 61
YEAR = 12
LARGER = 5


def draw_raised(seed: int, *, times: int = 1) -> Business:
    """Draw a business in which raises were given by lot, twice, the last one more than a year ago.

    It has so many `times` the customers that it would have.
    """
    rng = stream(seed, "raised")
    business = draw_business(seed)
    price = replace(
        business.price, raise_assignment="randomised", raise_at=(0.25, 0.55), raise_levels=(0.05, 0.15, 0.25),
        wtp_ratio=float(rng.uniform(0.1, 0.25)), usual_ratio=float(rng.uniform(0.45, 0.8)),
        churn_slope=float(rng.uniform(2, 8)), base_hazard=float(np.exp(rng.uniform(np.log(0.006), np.log(0.02)))),
    )  # fmt: skip
    return replace(
        business,
        price=price,
        customers=times * int(np.exp(rng.uniform(np.log(400), np.log(3000)))),
        months=36,
    )


@dataclass(frozen=True, eq=False)
class Truth:
    """What each of n customers would truly do, over its private draws.

    `gain` and `churn` have the shape (n, L): expected change of lifetime value, and of the chance to leave in a year.
    """

    gain: Floats
    churn: Floats


def true_response(business: Business, customers: Customers, accounts: Accounts, study: RaiseStudy) -> Truth:
    """Work out the response of those who pay today, from the laws and from what each paid."""
    at = np.array([int(each[1:]) - 1 for each in study.customers.ids])
    law = business.price
    expected, beyond = _value_told(customers, accounts, study)
    sd = np.hypot(law.wtp_log_sd, beyond)
    private = np.linspace(-3, 3, _GRID)
    willing = np.exp(expected[at] + np.log(law.wtp_ratio))[:, None] * np.exp(sd[at][:, None] * private)
    weight = np.exp(-0.5 * private**2) * np.ones_like(willing)
    signed = accounts.mrr[accounts.first[at], at]
    could = signed[:, None] <= 1.001 * MOST_AT_SIGNING * willing
    could[:, -1] = True
    # A bill below every discount is what the customer would just pay: the least draw at which it would.
    told = signed < 0.995 * accounts.list_mrr[at] * (1 - law.discount_max)
    just = np.arange(_GRID) == could.argmax(axis=1)[:, None]
    weight = np.where(told[:, None], just, weight * could)
    for month in range(business.months):
        there = accounts.active[month, at] & (accounts.first[at] < month)
        asked = np.where(accounts.told[month, at] > 0, accounts.told[month, at], accounts.mrr[month, at])
        stays = 1 - monthly_hazard(business, asked[:, None] / willing)
        weight *= np.where(there[:, None], stays, 1.0)
    weight /= weight.sum(axis=1, keepdims=True)
    return _over(business, study, willing, weight)


def _value_told(customers: Customers, accounts: Accounts, study: RaiseStudy) -> tuple[Floats, Floats]:
    """Return the log of true value that observation tells of each customer, and the standard deviation beyond it."""
    people = study.customers
    order = np.array([int(each[1:]) - 1 for each in people.everybody])
    true = np.log(customers.promised[order])
    told = np.nan_to_num(np.log(np.maximum(people.value_of_all, 1e-9)), nan=0.0)
    bill = np.log(accounts.mrr[accounts.first[order], order])
    units = np.log(np.maximum(customers.units[order, 0], 1.0))
    expected, beyond = np.zeros(true.size), np.zeros(true.size)
    # Who reports is told by what it reports; of the others units and bills alone tell.
    reports = people.measured
    for group, columns in ((reports, (told, bill, units)), (~reports, (bill, units))):
        if group.any():
            x = np.column_stack([np.ones(group.sum()), *(each[group] for each in columns)])
            fit = np.linalg.lstsq(x, true[group], rcond=None)[0]
            expected[group] = x @ fit
            beyond[group] = (true[group] - x @ fit).std()
    back = np.empty(true.size, dtype=np.intp)
    back[order] = np.arange(true.size)
    return expected[back], beyond[back]


def _over(business: Business, study: RaiseStudy, willing: Floats, weight: Floats) -> Truth:
    terms, bill, wait = study.terms, study.customers.bill, study.wait
    value, gone = (np.zeros((bill.size, terms.levels.size)) for _ in range(2))
    later = (1 - terms.discount_rate) ** (1 / YEAR)
    for at, share in enumerate(terms.levels):
        for haggled, part in ((0.5, NEGOTIATED_SHARE), (1.0, 1 - NEGOTIATED_SHARE)):
            stays = np.ones_like(willing)
            for month in range(max(terms.horizon_months, YEAR)):
                asked = np.where(month < wait, 1.0, np.where(month == wait, 1 + share, 1 + share * haggled))
                stays = stays * (1 - monthly_hazard(business, (bill * asked)[:, None] / willing))
                paid = bill * np.where(month < wait, 1.0, 1 + share * haggled) - study.service * bill
                mean = (weight * stays).sum(axis=1)
                if month < terms.horizon_months:
                    value[:, at] += part * later**month * mean * paid
                if month == YEAR - 1:
                    gone[:, at] += part * (1 - mean)
    return Truth(value - value[:, :1], np.maximum(gone - gone[:, :1], 0.0))


def _planner(truth: Truth, study: RaiseStudy, group: Any, budget: Floats = BUDGETS) -> Any:
    """Return the level of each customer in the best plan by groups, within the budgets, known exactly."""
    members = study.levels_of_members()
    rows = np.arange(members.shape[0])[:, None]
    gain, churn = truth.gain[rows, members], truth.churn[rows, members]
    count = int(group.max()) + 1
    bill = study.customers.bill
    summed = [np.zeros((count, gain.shape[1])) for _ in range(3)]
    parts = (gain, churn / bill.size, churn * (bill / bill.sum())[:, None])
    for into, each in zip(summed, parts, strict=True):
        np.add.at(into, group, each)
    chosen = choose(Choices(summed[0], np.stack(summed[1:]), budget))
    return members[rows[:, 0], chosen.level[group]]


def _share_of_value(truth: Truth, study: RaiseStudy, budget: Floats = BUDGETS) -> Any:
    """Return the best raise to one share of value for everybody, within the budgets."""
    best: tuple[float, Any] = (0.0, np.zeros(study.customers.bill.size, dtype=np.intp))
    members = study.levels_of_members()
    for share in np.linspace(0.02, 0.15, 53):
        wanted = share * np.nan_to_num(study.customers.value) / study.customers.bill - 1
        level = np.searchsorted(study.terms.levels, wanted + 1e-9, side="right") - 1
        level = members[np.arange(level.size), np.maximum(level, 0)]
        gain, churn = _told(truth, study, level)
        if (churn <= budget).all() and gain > best[0]:
            best = gain, level
    return best[1]


def _told(truth: Truth, study: RaiseStudy, level: Any) -> tuple[float, Floats]:
    rows, bill = np.arange(level.size), study.customers.bill
    churn = truth.churn[rows, level]
    return float(truth.gain[rows, level].sum()), np.array([churn.mean(), churn @ bill / bill.sum()])


def run_larger(seed: int) -> dict[str, Any]:
    """Return the same of a business with five times the customers."""
    return run(seed, times=LARGER)


def run(seed: int, *, times: int = 1) -> dict[str, Any]:
    """Return what the plan truly gains, beside the planner's and plain ones'."""
    business = draw_raised(seed, times=times)
    market = simulate(business, seed)
    tables = {
        name: market.tables[name] for name in TABLES if name in market.tables and market.tables[name].num_rows
    }
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_dataset(replace(market, tables=tables), folder / "raw")
        dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
        study = RaiseStudy.of(panel_of(dataset, folder=folder / "panel"), TERMS)
    customers = draw_customers(business, business.customers, stream(seed, "customers"))
    accounts = simulate_accounts(business, customers, stream(seed, "accounts"))
    truth = true_response(business, customers, accounts, study)
    record: dict[str, Any] = {
        "seed": seed, "customers": len(study.customers.ids), "regime": str(business.regime),
        "identified": study.identified, "learnt": study.response.learnt, "left": study.response.left,
    }  # fmt: skip
    each, fair = (study.customers.groups(by)[0] for by in ([], RAILS.fairness_by))
    rivals = {
        "planner": _planner(truth, study, each),
        "fair_planner": _planner(truth, study, fair),
        "flat": _planner(truth, study, np.zeros(each.size, dtype=np.intp)),
        "by_plan": _planner(truth, study, study.customers.groups(["plan"])[0]),
        "share_of_value": _share_of_value(truth, study),
    }
    if study.identified:
        planned = Planned.of(study, replace(RAILS, fairness_by=[]))
        spent = _told(truth, study, planned.level)[1]
        rivals |= {"plan": planned.level, "fair_plan": Planned.of(study, RAILS).level}
        rivals |= {
            "planner_of_its_churn": _planner(truth, study, each, spent),
            "share_of_value_of_its_churn": _share_of_value(truth, study, spent),
        }
        low, high = np.quantile(planned.gains(), [0.05, 0.95]).tolist()
        record |= {"low": low, "high": high, "said_churn": float(planned.churns()[0].mean())}
    for name, level in rivals.items():
        gain, churn = _told(truth, study, level)
        record[name] = gain
        record[f"{name}_churn"] = churn.tolist()
    return record
