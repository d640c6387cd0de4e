"""What dataset.toml may say."""

from __future__ import annotations

import pytest

from pricing_service.ingest.errors import DatasetRefused
from pricing_service.ingest.settings import Settings


def test_their_names_stand_for_our_columns(shop):
    toml = 'currency = "usd"\nname = "Acme"\n[csv]\ndelimiter = "|"\nquote = "\'"\n'
    toml += '[usage]\ncustomer_id = "Account ID"\nunits = "Count"\nmetric = "Event"\n'
    files = {"dataset.toml": toml, "usage.csv": "Account ID|Event|Count|customer_id\n'c|1'|m|2|x\n"}
    checked = shop.check(files, currency=None)
    assert checked.rows("usage", "customer_id", "metric", "units") == [("c|1", "m", 2)]
    assert (checked.dataset.name, checked.dataset.currency) == ("Acme", "USD")
    assert checked.dataset.report["tables"]["usage"]["columns_ignored"] == ["customer_id"]


def test_a_trait_can_be_renamed(shop):
    files = {
        "dataset.toml": 'customers.industry = "Branche"\n',
        "customers.csv": "customer_id,Branche\nc1,food\n",
    }
    assert shop.check(files).rows("customers", "industry") == [("food",)]


def test_a_mapped_column_that_is_not_there_refuses_the_table_with_a_hint(shop):
    files = {
        "dataset.toml": 'usage.units = "Cuont"\n',
        "usage.csv": "customer_id,metric,Count\nc1,m,1\n",
        "metrics.csv": "metric,kind\nm,flow\n",
    }
    assert 'did you mean "Count"?' in shop.check(files).dataset.refused["usage"]


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("name = ", "not TOML"),
        ("name = 3", "name is a text"),
        ('usages.units = "x"', "neither name"),
        ('usage.unit = "x"', "no column 'unit'"),
        ("usage.units = 3", "so it is a text"),
        ('usage = "x"', "write usage."),
        ('[csv]\ndecimal = ","', "decimal comma"),
        ('[csv]\ndelimiter = ", "', "single ASCII"),
    ],
)
def test_what_is_not_understood_is_refused(toml, reason):
    with pytest.raises(DatasetRefused, match=reason) as refusal:
        Settings.parse(toml)
    assert refusal.value.faults[0]["code"] == "bad_settings"
