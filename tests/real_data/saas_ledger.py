"""The RavenStack ledger as a dataset: money, seats and feature use, and no outcomes.

Seats are a stock that each subscription holds from its start to its end, so `unit_id` names the subscription.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

DATASET_TOML = """\
name = "RavenStack"
currency = "USD"

customers.customer_id = "account_id"
customers.name = "account_name"
customers.signed_up = "signup_date"
subscriptions.customer_id = "account_id"
subscriptions.start = "start_date"
subscriptions.end = "end_date"
subscriptions.plan = "plan_tier"
subscriptions.quantity = "seats"
subscriptions.mrr = "mrr_amount"
tickets.customer_id = "account_id"
tickets.opened = "submitted_at"
tickets.closed = "closed_at"
tickets.severity = "priority"
"""


def write(source: Path, folder: Path) -> None:
    """Write the contract's tables; columns keep the names of the export where `dataset.toml` can map them."""
    accounts = pd.read_csv(source / "accounts.csv.gz")
    subscriptions = pd.read_csv(source / "subscriptions.csv.gz")
    feature_usage = pd.read_csv(source / "feature_usage.csv.gz")
    tickets = pd.read_csv(source / "support_tickets.csv.gz")

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8")
    accounts.drop(columns=["is_trial", "churn_flag"]).to_csv(folder / "customers.csv", index=False)
    subscriptions["status"] = subscriptions["is_trial"].map({True: "trial", False: "active"})
    subscriptions.to_csv(folder / "subscriptions.csv.gz", index=False)
    tickets.to_csv(folder / "tickets.csv.gz", index=False)
    usage = pd.concat([_feature_uses(feature_usage, subscriptions), _seats(subscriptions)])
    usage.to_parquet(folder / "usage.parquet", index=False)
    metrics = pd.DataFrame([("feature_uses", "flow"), ("seats", "stock")], columns=["metric", "kind"])
    metrics.to_csv(folder / "metrics.csv", index=False)


def write_bills_as_outcomes(source: Path, folder: Path, *, plan: str) -> None:
    """Write one plan's paid subscriptions, and their bills as if they were what customers achieve.

    The ledger charges one price per seat and plan, so each bill is computed from the seats and nothing else.
    Bills are prorated by day, as a stock's mean is.
    """
    subscriptions = pd.read_csv(source / "subscriptions.csv.gz", parse_dates=["start_date", "end_date"])
    feature_usage = pd.read_csv(source / "feature_usage.csv.gz")
    paid = subscriptions[subscriptions["plan_tier"].eq(plan) & ~subscriptions["is_trial"]]

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8")
    accounts = paid.groupby("account_id", as_index=False)["start_date"].min()
    # A month's mean counts the days before the first subscription as what they were: days without a seat.
    accounts["first_day"] = accounts["start_date"].dt.to_period("M").dt.start_time
    before = accounts.rename(columns={"account_id": "customer_id", "first_day": "date"})
    before = before[["customer_id", "date"]].assign(metric="seats", units=0, unit_id="before")
    usage = pd.concat([_feature_uses(feature_usage, paid), _seats(paid), before])
    customers = accounts.rename(columns={"first_day": "signup_date"}).assign(account_name=None)
    customers[["account_id", "account_name", "signup_date"]].to_csv(folder / "customers.csv", index=False)
    usage.to_csv(folder / "usage.csv", index=False)
    metrics = pd.DataFrame([("feature_uses", "flow"), ("seats", "stock")], columns=["metric", "kind"])
    metrics.to_csv(folder / "metrics.csv", index=False)
    _bills(paid).assign(kpi="bill").to_csv(folder / "outcomes.csv", index=False)
    pd.DataFrame([{"kpi": "bill", "kind": "revenue", "value_per_unit": 1}]).to_csv(
        folder / "kpis.csv", index=False
    )


def _bills(subscriptions: pd.DataFrame) -> pd.DataFrame:
    months = pd.DataFrame({"month": pd.date_range("2023-01-01", "2024-12-01", freq="MS")})
    crossed = subscriptions.merge(months, how="cross")
    following = crossed["month"] + pd.offsets.MonthBegin()
    start = crossed["start_date"].where(crossed["start_date"] > crossed["month"], crossed["month"])
    end = crossed["end_date"].where(crossed["end_date"] < following, following)
    share = (end - start).dt.days.clip(lower=0) / (following - crossed["month"]).dt.days
    crossed = crossed.assign(
        amount=crossed["mrr_amount"] * share, date=crossed["month"] + pd.offsets.MonthEnd()
    )
    bills = crossed[crossed["amount"] > 0].rename(columns={"account_id": "customer_id"})
    return bills.groupby(["customer_id", "date"], as_index=False)["amount"].sum()


def _feature_uses(feature_usage: pd.DataFrame, subscriptions: pd.DataFrame) -> pd.DataFrame:
    joined = feature_usage.merge(subscriptions[["subscription_id", "account_id"]], on="subscription_id")
    uses = joined.rename(columns={"account_id": "customer_id", "usage_date": "date", "usage_count": "units"})
    return uses.assign(metric="feature_uses", unit_id=None)[
        ["customer_id", "date", "metric", "units", "unit_id"]
    ]


def _seats(subscriptions: pd.DataFrame) -> pd.DataFrame:
    named = subscriptions.rename(columns={"account_id": "customer_id", "subscription_id": "unit_id"})
    starts = named.rename(columns={"start_date": "date", "seats": "units"})
    ends = named.dropna(subset=["end_date"]).rename(columns={"end_date": "date"}).assign(units=0)
    rows = pd.concat([starts, ends]).assign(metric="seats")
    return rows[["customer_id", "date", "metric", "units", "unit_id"]]
