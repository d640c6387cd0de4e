"""IBM's telco snapshot as a dataset: customers and what they pay, neither usage nor outcomes.

The snapshot has a tenure in months and no dates, so the reader says on which day it was taken.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

DATASET_TOML = """\
name = "Telco"
currency = "USD"
"""


def write(source: Path, folder: Path, *, taken_on: date) -> None:
    """Write customers and subscriptions; those of churned customers ended on the day of the snapshot."""
    accounts = pd.read_csv(source / "accounts.csv.gz", dtype={"account": str})
    started = [pd.Timestamp(taken_on) - pd.DateOffset(months=max(tenure, 1)) for tenure in accounts["tenure"]]
    accounts = accounts.assign(customer_id=accounts["account"], start=started)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8")
    traits = ["senior_citizen", "internet_service", "contract", "payment_method"]
    customers = accounts[["customer_id", "start", *traits]].rename(columns={"start": "signed_up"})
    customers.to_csv(folder / "customers.csv", index=False)
    ended = accounts["churn"].eq("Yes").map({True: pd.Timestamp(taken_on), False: pd.NaT})
    subscriptions = accounts.assign(end=ended, plan=accounts["contract"], mrr=accounts["monthly_charges"])
    columns = ["customer_id", "start", "end", "plan", "mrr"]
    subscriptions[columns].to_csv(folder / "subscriptions.csv", index=False)


WHO_THEY_ARE = ("senior_citizen", "partner", "dependents", "female", "paperless_billing", "payment_method")
WHAT_THEY_USE = (
    "phone_service",
    "multiple_lines",
    "internet_service",
    "online_security",
    "online_backup",
    "device_protection",
    "tech_support",
    "streaming_tv",
    "streaming_movies",
)


def write_last_month(source: Path, folder: Path, *, taken_on: date) -> None:
    """Write what the snapshot tells: who was there a month before it, and who still was on its day.

    Those who left in earlier months are not in the file, so nothing is said of any other month. The contract is
    the plan. What else was signed for is a trait; charges and tenure are not.
    """
    accounts = pd.read_csv(source / "accounts.csv.gz", dtype={"account": str})
    before = pd.Timestamp(taken_on) - pd.DateOffset(months=1)
    began = [pd.Timestamp(taken_on) - pd.DateOffset(months=max(tenure, 1)) for tenure in accounts["tenure"]]
    accounts = accounts.assign(signed_up=began, stays=accounts["churn"].eq("No"))

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8")
    customers = accounts[["account", "signed_up", *WHO_THEY_ARE, *WHAT_THEY_USE]]
    customers.rename(columns={"account": "customer_id"}).to_csv(folder / "customers.csv", index=False)
    paid = accounts.rename(columns={"account": "customer_id", "monthly_charges": "mrr", "contract": "plan"})
    months = pd.concat([paid.assign(month=before), paid[paid["stays"]].assign(month=pd.Timestamp(taken_on))])
    months["month"] = months["month"].dt.strftime("%Y-%m")
    months[["customer_id", "month", "mrr", "plan"]].to_csv(folder / "monthly_mrr.csv", index=False)
