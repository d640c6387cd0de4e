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
