"""Olist sellers as a dataset: a seller is a customer, what it sold through Olist is what it achieved.

Metrics that count events of a month are flows, dated on its last day, so that the last month is complete.
Metrics that say how much there was in a month are stocks: a row on the first day holds until the next. Where
a seller had nothing live for some months in between, the stock is set to 0, as it was.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FLOWS = ("orders", "items", "listings_sold", "weight_kg")
STOCKS = ("listings_live", "categories_live", "photos_live")
FEWEST_ORDERS = 20

DATASET_TOML = """\
name = "Olist sellers"
currency = "BRL"
"""


def write(source: Path, folder: Path) -> None:
    """Write the contract's tables for sellers with at least 20 orders."""
    months = pd.read_csv(source / "seller_month.csv.gz", dtype={"seller": str})
    sellers = pd.read_csv(source / "sellers.csv.gz", dtype={"seller": str})
    months["first"] = pd.to_datetime(months["month"])
    months["last"] = months["first"] + pd.offsets.MonthEnd()
    months = months[months.groupby("seller")["orders"].transform("sum") >= FEWEST_ORDERS]

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8")
    _customers(sellers, months).to_csv(folder / "customers.csv", index=False)
    _metrics().to_csv(folder / "metrics.csv", index=False)
    _usage(months).to_csv(folder / "usage.csv", index=False)
    _kpis().to_csv(folder / "kpis.csv", index=False)
    _outcomes(months).to_csv(folder / "outcomes.csv", index=False)


def _customers(sellers: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    first = months.groupby("seller")["first"].min().rename("signed_up").reset_index()
    customers = first.merge(sellers[["seller", "state"]], on="seller", how="left")
    return customers.rename(columns={"seller": "customer_id"})


def _metrics() -> pd.DataFrame:
    rows = [(name, "flow", "sum") for name in FLOWS] + [(name, "stock", "mean") for name in STOCKS]
    return pd.DataFrame(rows, columns=["metric", "kind", "aggregate"])


def _usage(months: pd.DataFrame) -> pd.DataFrame:
    flows = _long(months, date="last", metrics=FLOWS)
    stocks = _long(months, date="first", metrics=STOCKS)
    ends = _long(_months_after_a_gap_begins(months), date="first", metrics=STOCKS)
    return pd.concat([flows, stocks, ends])


def _long(months: pd.DataFrame, *, date: str, metrics: tuple[str, ...]) -> pd.DataFrame:
    long = months.melt(
        id_vars=["seller", date], value_vars=list(metrics), var_name="metric", value_name="units"
    )
    return long.rename(columns={"seller": "customer_id", date: "date"})


def _months_after_a_gap_begins(months: pd.DataFrame) -> pd.DataFrame:
    """The first month without a row after one with a row, stocks at 0; none after the data end."""
    following = months[["seller", "first"]].copy()
    following["first"] += pd.offsets.MonthBegin()
    known = months.set_index(["seller", "first"]).index
    gaps = following[~following.set_index(["seller", "first"]).index.isin(known)]
    return gaps[gaps["first"] <= months["first"].max()].assign(**dict.fromkeys(STOCKS, 0))


def _kpis() -> pd.DataFrame:
    return pd.DataFrame([{"kpi": "gmv", "kind": "revenue", "value_per_unit": 1}])


def _outcomes(months: pd.DataFrame) -> pd.DataFrame:
    outcomes = months[["seller", "last", "gmv_brl"]].assign(kpi="gmv", period="month")
    return outcomes.rename(columns={"seller": "customer_id", "last": "date", "gmv_brl": "amount"})


DECLARED = (
    "origin",
    "business_segment",
    "lead_type",
    "business_type",
    "declared_product_catalog_size",
    "declared_monthly_revenue",
)
"""What a lead said of itself. The state is known only of sellers who sold, so it is left out: it would tell success."""
LAST_WHOLE_MONTH = "2018-08"


def write_won_leads(source: Path, folder: Path) -> None:
    """Write the contract's tables for the sellers that were won through the funnel, those who never sold too.

    Olist knows what it sold for everybody, so a month without a sale is a month with an outcome of 0. Traits are
    those of the lead, before it signed; leads that were lost are not in the file.
    """
    months = pd.read_csv(source / "seller_month.csv.gz", dtype={"seller": str})
    sellers = pd.read_csv(source / "sellers.csv.gz", dtype={"seller": str})
    won = sellers[sellers["won"].notna() & (sellers["won"].str[:7] <= LAST_WHOLE_MONTH)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8")
    customers = won[["seller", "won"]].rename(columns={"seller": "customer_id", "won": "signed_up"})
    customers.to_csv(folder / "customers.csv", index=False)
    leads = won[["seller", "first_contact", *DECLARED]].rename(columns={"first_contact": "created"})
    # Declared as nothing where it was not declared.
    leads["declared_monthly_revenue"] = leads["declared_monthly_revenue"].replace(0, None)
    leads.assign(lead_id="lead-" + leads["seller"], customer_id=leads["seller"]).drop(
        columns="seller"
    ).to_csv(folder / "leads.csv", index=False)
    _kpis().to_csv(folder / "kpis.csv", index=False)
    _sold_each_month(won, months).to_csv(folder / "outcomes.csv", index=False)


def _sold_each_month(won: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    calendar = pd.DataFrame({"month": sorted(set(months["month"]))})
    each = won[["seller", "won"]].merge(calendar, how="cross")
    each = each[(each["month"] >= each["won"].str[:7]) & (each["month"] <= LAST_WHOLE_MONTH)]
    each = each.merge(months[["seller", "month", "gmv_brl"]], on=["seller", "month"], how="left")
    last = pd.to_datetime(each["month"]) + pd.offsets.MonthEnd()
    outcomes = each.assign(date=last, kpi="gmv", period="month", amount=each["gmv_brl"].fillna(0.0))
    return outcomes.rename(columns={"seller": "customer_id"})[
        ["customer_id", "date", "kpi", "period", "amount"]
    ]
