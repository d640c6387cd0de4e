"""The panel as expressions: as_of, refusals, and the same results on another engine."""

import random
from datetime import date, timedelta

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pricing_service.panel import MissingTables, build_panel, store_panel

TABLES = ("customers", "months", "periods", "units_inside")


def a_business(seed=7, customers=12):
    """Rows of a business with everything that makes a panel difficult."""
    draw = random.Random(seed)
    ids = [f"c{i:02d}" for i in range(customers)]

    def day(low=0, high=420):
        return date(2024, 1, 1) + timedelta(days=draw.randrange(low, high))

    rows = {
        "customers": [
            {
                "customer_id": i,
                "signed_up": day(0, 100),
                "segment": draw.choice("xy"),
                "is_internal": i == "c03",
            }
            | ({"merged_into": "c01"} if i == "c02" else {})
            for i in ids
        ],
        "subscriptions": [
            {
                "customer_id": i,
                "subscription_id": s,
                "start": start,
                "end": draw.choice([None, start + timedelta(200)]),
            }
            | {"plan": draw.choice("pq"), "mrr": draw.randrange(1, 9999) / 100}
            | {"currency": draw.choice([None, "USD"]), "status": draw.choice(["active", "active", "trial"])}
            for i in ids
            for s, start in (("1", day(0, 90)), ("2", day(90, 200)))
        ],
        "exchange_rates": [{"date": date(2023, 12, 1), "currency": "USD", "rate": 0.9171}]
        + [{"date": day(), "currency": "USD", "rate": draw.uniform(0.8, 1)} for _ in range(3)],
        "metrics": [
            {"metric": "posts", "kind": "flow"},
            {"metric": "users", "kind": "flow", "aggregate": "distinct_units"},
            {"metric": "seats", "kind": "stock"},
            {"metric": "peak", "kind": "stock", "aggregate": "max"},
            {"metric": "final", "kind": "stock", "aggregate": "last"},
            {"metric": "held", "kind": "stock", "aggregate": "distinct_units"},
        ],
        "kpis": [
            {"kpi": "sales", "kind": "revenue", "value_per_unit": 3.3},
            {"kpi": "hours", "kind": "productivity", "value_per_unit": 7, "direction": "down"},
        ],
        "goals": [
            {"customer_id": i, "kpi": "hours", "baseline": 50, "target": 5, "start": day(0, 60), "due": day()}
            for i in ids
        ],
        "costs": [
            {"customer_id": draw.choice(ids), "date": day(), "kind": "support", "amount": 1.25}
            for _ in range(30)
        ],
    }
    names = [metric["metric"] for metric in rows["metrics"]]
    rows["usage"] = [
        {
            "customer_id": draw.choice(ids),
            "date": draw.choice([day()] * 50 + [None]),
            "metric": draw.choice(names),
        }
        | {"units": draw.randrange(0, 500) / 10, "unit_id": draw.choice([None, "u", "v"])}
        for _ in range(600)
    ]
    rows["outcomes"] = [
        {"customer_id": draw.choice(ids), "date": at, "kpi": draw.choice(["sales", "hours"])}
        | {"amount": draw.randrange(0, 900) / 10, "value": draw.choice([None, draw.randrange(0, 900) / 7])}
        | {"metric": draw.choice([None, "posts"]), "unit_id": draw.choice(["u", "v"])}
        | draw.choice(
            [{"period": word} for word in ("day", "month", "month", "quarter")]
            + [{"period": None, "period_start": at - timedelta(9), "period_end": at + timedelta(11)}]
        )
        for at in (day() for _ in range(120))
    ]
    return rows


def test_as_of_is_the_last_day_of_usage_or_outcomes(build):
    panel = build(
        usage=[{"customer_id": "a", "date": "2025-01-30", "metric": "m", "units": 1}],
        outcomes=[
            {"customer_id": "a", "date": "2025-02-02", "period": "month", "kpi": "k", "amount": 1, "value": 1}
        ],
    )
    assert panel.stored.as_of == date(2025, 2, 2)


def test_as_of_never_lies_after_today(build):
    rows = [
        {"customer_id": "a", "date": day, "metric": "m", "units": 1} for day in ("2025-01-05", "2025-03-01")
    ]
    panel = build(usage=rows, today=date(2025, 1, 31))
    assert panel.stored.as_of == date(2025, 1, 31)
    assert [row["units_m"] for row in panel.months] == [1]


def test_without_any_dated_table_the_panel_is_refused_and_says_what_helps(build):
    with pytest.raises(MissingTables, match="subscriptions") as refused:
        build(customers=[{"customer_id": "a"}])
    assert "usage" in refused.value.tables


def test_money_and_units_of_other_types_are_read_exactly():
    columns = {"customer_id": ["a"], "date": [date(2025, 1, 31)], "metric": ["m"], "units": [0.1]}
    usage = pa.table({name: values * 10 for name, values in columns.items()})
    panel = build_panel({"usage": ibis.memtable(usage)}, currency="EUR")
    assert panel.months.to_pyarrow()["units_m"].to_pylist() == [1.0]


def test_the_panel_is_lazy_and_equal_to_the_stored_one(build, rows_to_arrow):
    rows = a_business()
    stored = build(**rows)
    panel = build_panel(
        {n: ibis.memtable(rows_to_arrow(n, given)) for n, given in rows.items()}, currency="EUR"
    )
    for name in TABLES:
        lazy = getattr(panel, name)
        assert isinstance(lazy, ibis.Table)
        assert lazy.to_pyarrow().to_pylist() == getattr(stored, name)


@pytest.mark.spark
@pytest.mark.timeout(900)  # a session of Spark and its first plans take minutes on a busy machine
@pytest.mark.filterwarnings("ignore")
def test_spark_gives_the_same_panel(rows_to_arrow, tmp_path):
    pyspark = pytest.importorskip("pyspark")
    settings = {
        "spark.ui.enabled": "false",
        # few rows under large plans: compiling them would take most of the time
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.session.timeZone": "UTC",
    }
    session = pyspark.sql.SparkSession.builder.master("local[2]")
    for key, value in settings.items():
        session = session.config(key, value)
    spark, duckdb = ibis.pyspark.connect(session.getOrCreate()), ibis.duckdb.connect()
    rows = {name: rows_to_arrow(name, given) for name, given in a_business().items()}
    for name, table in rows.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    there = {name: spark.read_parquet(tmp_path / f"{name}.parquet", table_name=name) for name in rows}
    here = {name: duckdb.create_table(name, given) for name, given in rows.items()}
    one, other = build_panel(here, currency="EUR"), build_panel(there, currency="EUR")
    assert (one.metrics, one.kpis, one.values, one.report) == (
        other.metrics,
        other.kpis,
        other.values,
        other.report,
    )
    stored = [store_panel(panel, tmp_path / name) for name, panel in (("one", one), ("other", other))]
    for name in TABLES:
        ours, theirs = (panel.connect().table(name).to_pyarrow().to_pylist() for panel in stored)
        assert len(ours) == len(theirs) > 0
        different = [
            (name, column, left[column], right[column])
            for left, right in zip(ours, theirs, strict=True)
            for column in left
            if left[column] != right[column]
            and not (
                isinstance(left[column], float) and left[column] == pytest.approx(right[column], rel=1e-9)
            )
        ]
        assert different == []


def test_a_survey_alone_makes_a_panel_without_customers(build):
    answers = {"respondent_id": "r1", "cheap": 10, "expensive": 20, "too_expensive": 30}

    built = build(today=date(2026, 1, 31), price_sensitivity=[answers])

    assert built.months == built.customers == built.periods == []
    assert built.stored.as_of == date(2026, 1, 31)


def test_customers_without_a_dated_row_are_listed_without_months(build):
    built = build(today=date(2026, 1, 31), customers=[{"customer_id": "a"}])

    assert [row["customer_id"] for row in built.customers] == ["a"]
    assert built.months == []
