"""A checked dataset opens as it was written."""

from __future__ import annotations

import pytest

from pricing_service.dataset import Dataset
from pricing_service.ingest import Folder, ingest


@pytest.fixture
def dataset(tmp_path):
    source = tmp_path / "it's a source"
    source.mkdir()
    (source / "usage.csv").write_text("customer_id,metric,units\nc2,m,2\nc1,m,1\n")
    (source / "metrics.csv").write_text("metric\nm\n")
    return ingest(Folder(source), folder=tmp_path / "it's here", currency="EUR")


def test_a_dataset_opens_as_it_was_written(dataset):
    assert Dataset.open(dataset.folder) == dataset


def test_only_surviving_tables_are_views(dataset):
    connection = dataset.connect(threads=1)
    assert connection.list_tables() == ["usage"]
    assert connection.table("usage").customer_id.to_pyarrow().to_pylist() == ["c1", "c2"]
    assert set(dataset.refused) == {"metrics"}


def test_where_nothing_was_written_nothing_opens(tmp_path):
    with pytest.raises(FileNotFoundError):
        Dataset.open(tmp_path)
