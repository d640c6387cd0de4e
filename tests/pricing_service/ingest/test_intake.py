"""The whole way in: versions, types, codes, accounts."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing_service.dataset import Dataset
from pricing_service.ingest import DatasetRefused, Folder, ingest
from pricing_service.tables import TABLES

HEADER = "customer_id,date,metric,units,unit_id"
row = st.tuples(
    st.sampled_from(["c1", "007", "NA", "a:b"]),
    st.sampled_from(["2024-01-01", "2024-02-01", ""]),
    st.sampled_from(["m", "1:m", "-"]),
    st.sampled_from(["0", "1", "1.0", "2.5"]),
    st.sampled_from(["", "-", "u"]),
)
tables = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def usage(rows):
    return {"usage.csv": "\n".join([HEADER, *(",".join(fields) for fields in rows)]) + "\n"}


@tables
@given(st.lists(row, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_show_in_the_version(shop, rows, random):
    first = shop.check(usage(rows))
    random.shuffle(rows)
    turned = {
        "usage.csv": "\n".join(
            ",".join(line.split(",")[::-1]) for line in usage(rows)["usage.csv"].split("\n")
        )
    }
    second = shop.check(turned)
    assert first.dataset.version == second.dataset.version
    assert first.rows("usage") == second.rows("usage")


@tables
@given(st.lists(row, min_size=1, max_size=4), st.lists(row, min_size=1, max_size=4))
def test_versions_are_equal_only_where_contents_are(shop, rows, others):
    def content(some):
        return sorted((*fields[:3], float(fields[3]), fields[4]) for fields in some)

    same = shop.check(usage(rows)).dataset.version == shop.check(usage(others)).dataset.version
    assert same == (content(rows) == content(others))


def test_the_currency_is_part_of_the_version(shop):
    files = {"usage.csv": f"{HEADER}\nc1,,m,1,\n"}
    assert shop.check(files).dataset.version != shop.check(files, currency="USD").dataset.version


def test_checked_tables_have_every_contract_column_in_its_type(shop):
    files = {
        f"{name}.csv": ",".join(table.required)
        + "\n"
        + ",".join(_sound(table, column) for column in table.required)
        for name, table in TABLES.items()
        if name not in ("quotes", "alternatives")
    }
    checked = shop.check(files)
    assert not checked.dataset.refused, checked.quarantine()
    tables = checked.dataset.connect()
    for name in files:
        schema = tables.table(name.removesuffix(".csv")).schema()
        for column in TABLES[name.removesuffix(".csv")].columns:
            assert str(schema[column.name]).upper() in _ibis_name(column.kind.sql_type), (name, column.name)


def _sound(table, name):
    column = table.column(name)
    if column.words:
        return column.words[0]
    samples = {
        "date": "2024-01-01",
        "month": "2024-01",
        "flag": "1",
        "currency": "EUR",
        "id": "c1",
        "text": "x",
    }
    later = {"period_end": "2024-02-01", "worst": "0"}
    return later.get(name) or samples.get(column.kind.value, "1")


def _ibis_name(sql_type):
    names = {"VARCHAR": "STRING", "DOUBLE": "FLOAT64", "BIGINT": "INT64", "DECIMAL(18,6)": "DECIMAL(18, 6)"}
    return {names.get(sql_type, sql_type)}


def test_traits_are_numbers_only_where_nothing_is_lost(shop):
    rows = "customer_id,age,zip,big,mixed,none\nc1,3,007,12345678901234567,1,\nc2,4.5,100,1,x,\n"
    checked = shop.check({"customers.csv": rows})
    assert checked.rows("customers", "age", "zip", "big", "mixed", "none") == [
        (3.0, "007", "12345678901234567", "1", None),
        (4.5, "100", "1", "x", None),
    ]


def test_defaults_stand_where_fields_are_empty(shop):
    files = {
        "subscriptions.csv": "customer_id,start,plan,mrr,status\nc1,2024-01-01,p,1,\nc2,2024-01-01,p,1,trial\n",
        "metrics.csv": "metric,kind,aggregate\na,flow,\nb,stock,\nc,stock,max\n",
        "outcomes.csv": "customer_id,date,kpi,amount,period_start,period_end\nc1,2024-01-05,k,1,,\n"
        "c1,2024-01-05,k,1,2024-01-01,2024-04-01\n",
    }
    checked = shop.check(files)
    assert checked.rows("subscriptions", "status", "currency") == [("active", "EUR"), ("trial", "EUR")]
    assert checked.rows("metrics", "aggregate") == [("sum",), ("mean",), ("max",)]
    assert checked.rows("outcomes", "period", "source") == [("month", "measured"), (None, "measured")]


@pytest.mark.parametrize(
    ("table", "rows", "code"),
    [
        ("subscriptions", "customer_id,start,end,plan,mrr\nc1,2024-02-01,2024-01-01,p,1", "end_before_start"),
        ("subscriptions", "customer_id,start,plan,mrr\nc1,0001-01-01,p,1", "implausible_date"),
        ("price_book", "plan,price,price_type\np,,list", "missing"),
        ("price_book", "plan,price,price_type\np,-1,list", "negative"),
        ("quotes", "quote_id,date,price,result\nq,2024-01-01,1,won", "nobody_quoted"),
        ("alternatives", "trait,alternative,price\nindustry,excel,1", "nobody_has_it"),
        ("kpis", "kpi,kind,attribution\nk,revenue,1.2", "out_of_range"),
        ("kpis", "kpi,kind\nk,income", "unknown_word"),
        ("perceptions", "customer_id,date,component,score\nc1,2024-01-01,nps,11", "out_of_range"),
        ("purchase_intent", "respondent_id,price,intent,scale\nr,1,0,1-5", "off_the_scale"),
        ("exchange_rates", "date,currency,rate\n2024-01-01,USD,0", "zero_rate"),
        (
            "outcomes",
            "customer_id,date,kpi,amount,period_start\nc1,2024-01-01,k,1,2024-01-01",
            "half_a_period",
        ),
        ("metrics", "metric,kind\n,flow", "missing"),
        ("usage", 'customer_id,metric,units\nc1,m,"1,5"', "decimal_comma"),
        ("usage", "customer_id,metric,units\nc1,m,NaN", "not_finite"),
        ("usage", "customer_id,metric,units\nc1,m,1e12", "too_large"),
    ],
)
def test_each_way_to_break_the_contract_has_its_code(shop, table, rows, code):
    with pytest.raises(DatasetRefused, match="no row survives"):
        shop.check({f"{table}.csv": rows + "\n"})
    checked = shop.check(
        {f"{table}.csv": rows + "\n", "costs.csv": "customer_id,date,kind,amount\nc,2024-01-01,support,1\n"}
    )
    assert checked.quarantine("table", "line", "code") == [(table, 2, code)]


def test_sound_rows_that_look_unusual_are_kept(shop):
    files = {
        "outcomes.csv": "customer_id,date,kpi,amount,value\nc1,2024-01-01,k,-5,-7\n",
        "price_book.csv": "plan,price,price_type\nenterprise,,contact_us\n",
        "price_sensitivity.csv": "respondent_id,cheap,expensive,too_expensive\nr,30,20,10\n",
        "invoices.csv": "customer_id,period_start,period_end,amount,kind\nc1,2024-01-01,2024-02-01,-9,usage\n",
    }
    checked = shop.check(files)
    assert not checked.quarantine()
    tables = checked.dataset.report["tables"]
    assert (tables["outcomes"]["negative"], tables["price_sensitivity"]["out_of_order"]) == (1, 1)


def test_every_row_is_accounted_for(shop):
    rows = "c1,m,1\nc1,m,x\nx9,m,1\nc1,m\n"
    checked = shop.check(
        {"customers.csv": "customer_id\nc1\nc1\n", "usage.csv": f"customer_id,metric,units\n{rows}"}
    )
    report = checked.dataset.report
    assert report["total"] == {"read": 6, "rows": 2, "quarantined": 2, "repeated": 1, "unmatched": 1}
    assert [(reason["code"], reason["rows"], reason["first_line"]) for reason in report["reasons"]] == [
        ("not_a_number", 1, 3),
        ("too_few_fields", 1, 5),
    ]
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize(("currency", "code"), [(None, "no_currency"), ("EURO", "unknown_currency")])
def test_a_dataset_needs_a_currency(shop, currency, code):
    with pytest.raises(DatasetRefused) as refusal:
        shop.check_source(Folder(shop.folder({"usage.csv": f"{HEADER}\nc1,,m,1,\n"})), currency=currency)
    assert refusal.value.faults[0]["code"] == code


def test_a_refused_dataset_leaves_nothing_behind(shop, tmp_path):
    with pytest.raises(DatasetRefused):
        shop.check({"usage.csv": "customer_id\nc1\n"})
    assert [path.name for path in tmp_path.iterdir()] == ["source-1"]


def test_a_dataset_replaces_what_lay_in_its_folder(shop):
    target = shop.target()
    for text in ("c1,,m,1,\n", "c1,,m,2,\n"):
        dataset = ingest(
            Folder(shop.folder({"usage.csv": f"{HEADER}\n{text}"})), folder=target, currency="EUR"
        )
    assert Dataset.open(target) == dataset
    assert shop.of(dataset).rows("usage", "units") == [(2,)]


def test_progress_is_told_step_by_step(shop):
    told = []
    folder = shop.folder({"usage.csv": f"{HEADER}\nc1,,m,1,\n", "customers.csv": "customer_id\nc1\n"})
    ingest(Folder(folder), folder=shop.target(), currency="EUR", progress=lambda *step: told.append(step))
    assert told == [(step, done, 2) for step in ("checking tables", "writing tables") for done in range(3)]
