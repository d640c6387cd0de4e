"""Features by what ideal customers would pay for them against their cost, and which each customer got since its price.

Notation
--------
v : what customers of the group get from a feature (outcomes) or say that they would pay (stated), money a month
c : the share of value that a customer is asked for at most      e^β : by how much people overstate, with its doubt
N : customers of the group      k : those with a row

    outcomes   pay a customer = c × mean v over k;   in all = c × Σ v: who reports nothing may get nothing
    stated     pay a customer = mean v ÷ e^β over k;   in all = N × that: who was not asked is like those who were
    months to pay back = cost ÷ in all

The two are never added: outcomes lead where there are any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from models.checks import Floats
from models.estimate import Estimate, Label
from models.resampling import Scale, bootstrap_weights, estimate_from_draws
from models.willingness.hypothetical_bias import Bias
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._feature_preferences import feature_preferences
from pricing_service.decisions._tier_ideal import Ideal
from pricing_service.panel import StoredPanel
from pricing_service.panel.currency import Rates

OUTCOME, STATED = "outcome", "stated"
FEWEST = 5
"""Customers with a row before their mean is told."""
_DRAWS = 2_000
NO_FEATURES: Mapping[str, Any] = MappingProxyType(
    {"ranking": [], "among": None, "customers": 0, "reasons": {"among": "no_features"}}
)


@dataclass(frozen=True)
class Feature:
    """One feature: when it shipped (None: proposed), in which plans (none: all), and what it costs (None: unknown)."""

    name: str
    shipped: date | None
    plans: frozenset[str]
    cost: float | None

    def reaches(self, plan: str) -> bool:
        """Whether customers of a plan have it."""
        return not self.plans or plan in self.plans


@dataclass(frozen=True)
class Group:
    """Whose pay counts: the paying customers who are ideal, else all, and then why."""

    customers: list[str]
    among: str
    reason: str | None

    @classmethod
    def of(cls, panel: StoredPanel, paying: list[str], *, level: float, seed: int) -> Group:
        """Read who is ideal."""
        ideal = Ideal.of(panel, weight=1.0, level=level, seed=seed)
        chosen = [each for each in paying if each in ideal.customers]
        return cls(chosen, "ideal", None) if chosen else cls(paying, "all", ideal.reason)


@dataclass(frozen=True)
class Features:
    """All features of a dataset, and the money of each by customer and source."""

    features: list[Feature]
    values: Mapping[tuple[str, str], Mapping[str, float]]

    @classmethod
    def of(cls, panel: StoredPanel) -> Features:
        """Read `features` and `feature_values`."""
        tables = contract_tables(panel)
        if "features" not in tables:
            return cls([], {})
        rates = Rates.of(tables, panel.currency, panel.as_of)
        rows = rates.constant(tables["features"], "cost").order_by("feature").to_pyarrow().to_pylist()
        values: dict[tuple[str, str], dict[str, float]] = {}
        if "feature_values" in tables:
            told = rates.constant(tables["feature_values"], "value").order_by("customer_id").to_pyarrow()
            for row in told.to_pylist():
                if row["value"] is not None:
                    key = (row["feature"], row["source"] or STATED)
                    values.setdefault(key, {})[row["customer_id"]] = float(row["value"])
        return cls([_feature(row) for row in rows], values)

    def since(
        self, customer: str, plan: str, *, priced: date | None, effective: date
    ) -> list[dict[str, Any]]:
        """Return what a customer got since its price was set, until the new one holds; nothing where that is unknown.

        A feature whose value somebody knows counts where this customer gets value from it; else where its plan has it.
        """
        found: list[dict[str, Any]] = []
        for each in self.features:
            if priced is None or each.shipped is None or not priced < each.shipped <= effective:
                continue
            source = next(
                (name for name in (OUTCOME, STATED) if customer in self.of_feature(each, name)), None
            )
            value = None if source is None else self.of_feature(each, source)[customer]
            known = bool(self.of_feature(each, OUTCOME) or self.of_feature(each, STATED))
            if each.reaches(plan) and (not known if value is None else value > 0):
                row = {"feature": each.name, "shipped": each.shipped.isoformat()}
                found.append(row | {"value": value, "source": source})
        return sorted(found, key=lambda row: (row["shipped"], row["feature"]))

    def of_feature(self, feature: Feature, source: str) -> Mapping[str, float]:
        """Return the money of a feature by customer, of one source."""
        return self.values.get((feature.name, source), {})


def _feature(row: Mapping[str, Any]) -> Feature:
    plans = frozenset(part.strip() for part in (row["plans"] or "").split(";") if part.strip())
    return Feature(row["feature"], row["shipped"], plans, None if row["cost"] is None else float(row["cost"]))


def feature_section(
    panel: StoredPanel, features: Features, paying: list[str], *, capture: float, level: float, seed: int
) -> dict[str, Any]:
    """Return features by rank: what the group would pay, apart by source, what each costs and when it pays back."""
    if not features.features:
        return dict(NO_FEATURES)
    group = Group.of(panel, paying, level=level, seed=seed)
    pay = _Pay(group.customers, capture, f"{panel.currency}/month", level, seed)
    wanted = feature_preferences(panel, level=level, seed=seed) or {"features": []}
    preferred = {row["feature"]: row for row in wanted["features"]}
    rows = [
        _entry(each, features, pay, preferred.get(each.name), today=panel.as_of) for each in features.features
    ]
    rows.sort(key=_order)
    return {
        "ranking": [row | {"rank": at} for at, row in enumerate(rows, start=1)],
        "among": group.among,
        "customers": len(group.customers),
        "reasons": {} if group.reason is None else {"ideal": group.reason},
    }


@dataclass(frozen=True)
class _Pay:
    """What customers of a group would pay for a feature."""

    customers: list[str]
    capture: float
    unit: str
    level: float
    seed: int

    def of(self, values: Mapping[str, float], source: str) -> dict[str, Any] | None:
        """Return pay a customer and in all; None where nobody of the group has a row."""
        known = [values[each] for each in self.customers if each in values]
        if not known:
            return None
        mean = self._mean(np.array(known), source)
        counted = len(known) if source == OUTCOME else len(self.customers)
        return {
            "customers": len(known),
            "a_customer": mean.to_json(),
            "in_all": mean.scaled(counted).to_json(),
        }

    def _mean(self, values: Floats, source: str) -> Estimate:
        method = (
            f"{self.capture:.0%} of value" if source == OUTCOME else "stated, less the usual exaggeration"
        )
        label = Label(unit=self.unit, method=method, level=self.level)
        if values.size < FEWEST:
            return label.unknown("insufficient_customers", n=values.size)
        draws = bootstrap_weights(values.size, draws=_DRAWS, seed=self.seed) @ values / values.size
        mean = float(values.mean())
        if source == OUTCOME:
            mean, draws = mean * self.capture, draws * self.capture
        else:
            bias = Bias.from_literature().of("direct")
            doubt = np.random.default_rng((self.seed, 4)).standard_normal(_DRAWS)
            mean, draws = mean / bias.median, draws / np.exp(bias.mean + bias.sd * doubt)
        scale = Scale("log") if (values >= 0).all() and mean > 0 else Scale()
        return estimate_from_draws(mean, draws, n=values.size, label=label, scale=scale)


def _entry(
    feature: Feature, features: Features, pay: _Pay, preferred: Mapping[str, Any] | None, *, today: date
) -> dict[str, Any]:
    told = {source: pay.of(features.of_feature(feature, source), source) for source in (OUTCOME, STATED)}
    reasons = {source: "no_feature_values" for source, found in told.items() if found is None}
    leads = next((source for source in (OUTCOME, STATED) if _value(told[source]) is not None), None)
    shipped = feature.shipped is not None and feature.shipped <= today
    found: dict[str, Any] = {
        "feature": feature.name,
        "status": "shipped" if shipped else "proposed",
        "shipped": None if feature.shipped is None else feature.shipped.isoformat(),
        "cost": feature.cost,
        **told,
        "preference": None if preferred is None else preferred["share"],
        "rests_on": leads or ("preference" if preferred is not None else None),
        "months_to_pay_back": _months(feature.cost, None if leads is None else told[leads], pay.level),
    }
    for name, reason in (
        ("shipped", "not_shipped"), ("cost", "no_cost"), ("preference", "not_asked"), ("rests_on", "nothing_told"),
    ):  # fmt: skip
        if found[name] is None:
            reasons[name] = reason
    return found | {"reasons": reasons}


def _value(told: Mapping[str, Any] | None) -> float | None:
    value: float | None = None if told is None else told["in_all"]["value"]
    return value


def _months(cost: float | None, told: Mapping[str, Any] | None, level: float) -> dict[str, Any]:
    """Return cost over what is paid a month, unknown where either is, or where pay may be nothing."""
    n = 0 if told is None else int(told["customers"])
    label = Label(unit="months", method="cost over pay in all", level=level)
    if cost is None or told is None:
        return label.unknown("no_cost" if cost is None else "no_feature_values", n=n).to_json()
    pay = told["in_all"]
    if pay["value"] <= 0 or pay["low"] <= 0:
        return label.unknown("not_paid_back" if pay["high"] <= 0 else "interval_unbounded", n=n).to_json()
    return label.known(cost / pay["value"], cost / pay["high"], cost / pay["low"], n=n).to_json()


def _order(row: Mapping[str, Any]) -> tuple[int, float, str]:
    """Return the place: by pay against cost, then by pay, then by preference against cost, then by name."""
    source, cost = row["rests_on"], row["cost"]
    if source in (OUTCOME, STATED):
        pay = row[source]["in_all"]["value"]
        return (0, -pay / max(cost, 1e-9), row["feature"]) if cost is not None else (1, -pay, row["feature"])
    share = row["preference"] and row["preference"]["value"]
    if share is None:
        return (4, 0.0, row["feature"])
    return (2, -share / max(cost, 1e-9), row["feature"]) if cost is not None else (3, -share, row["feature"])
