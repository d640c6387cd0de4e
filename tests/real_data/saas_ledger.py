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
