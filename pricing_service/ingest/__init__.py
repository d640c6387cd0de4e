"""Data in: tables from files, databases and posts become a checked dataset and a quarantine."""

from pricing_service.ingest.databases import DuckDBFile, PostgresSchema, open_source
from pricing_service.ingest.errors import DatasetRefused
from pricing_service.ingest.forgetting import forget_customer, forgotten_in, names_of, tells_of
from pricing_service.ingest.intake import ingest
from pricing_service.ingest.posting import post_rows
from pricing_service.ingest.sources import Folder, Source, Uploads, Zip
from pricing_service.ingest.tombstones import Guarded, Tombstones

__all__ = [
    "DatasetRefused",
    "DuckDBFile",
    "Folder",
    "Guarded",
    "PostgresSchema",
    "Source",
    "Tombstones",
    "Uploads",
    "Zip",
    "forget_customer",
    "forgotten_in",
    "ingest",
    "names_of",
    "open_source",
    "post_rows",
    "tells_of",
]
