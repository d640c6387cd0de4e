"""Write a market as a dataset folder, to come in through the front door."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from pyarrow import csv

from experiments.market.market import Market


def write_dataset(market: Market, folder: Path, *, file_format: str = "parquet") -> Path:
    """Write one file per table and a `dataset.toml` with the name and the currency.

    Parameters
    ----------
    market
        What to write.
    folder
        Made where absent; files of the same names are replaced.
    file_format
        ``parquet`` (contract types) or ``csv``.

    Returns
    -------
    Path
        `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in market.tables.items():
        if file_format == "csv":
            csv.write_csv(table, folder / f"{name}.csv")
        else:
            pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    business = market.business
    description = f'name = "{business.name}"\ncurrency = "{business.currency}"\n'
    (folder / "dataset.toml").write_text(description, encoding="utf-8")
    return folder
