"""Large datasets are of the size that was asked for, and pass the front door."""

from __future__ import annotations

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from experiments.market.large import Scale, many_events
from pricing_service.ingest import Folder, ingest


@pytest.mark.parametrize("events", [None, 5_000])
def test_a_large_dataset_has_the_rows_that_were_asked_for(tmp_path, events):
    scale = Scale(customers=50, months=6, metrics=3, events=events)

    folder = many_events(scale, tmp_path / "in", seed=1)
    dataset = ingest(Folder(folder), folder=tmp_path / "out")

    assert dataset.tables["usage"] == (events or scale.cells)
    assert dataset.tables["outcomes"] == 50 * 6
    assert not dataset.refused


def test_more_events_of_one_cell_add_up_to_the_same_units(tmp_path):
    totals = []
    for events in (None, 20_000):
        folder = many_events(Scale(customers=60, months=4, events=events), tmp_path / str(events), seed=2)
        totals.append(float(pc.sum(pq.read_table(folder / "usage.parquet")["units"]).as_py()))

    assert totals[1] == pytest.approx(totals[0], rel=0.1)


def test_one_seed_writes_one_large_dataset(tmp_path):
    scale = Scale(customers=20, months=3)

    one, two = (many_events(scale, tmp_path / name, seed=5) / "usage.parquet" for name in ("a", "b"))

    assert one.read_bytes() == two.read_bytes()
