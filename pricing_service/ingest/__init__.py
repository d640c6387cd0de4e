"""Data in: tables from files, databases and posts become a checked dataset and a quarantine."""

from pricing_service.ingest.checking import ingest
from pricing_service.ingest.errors import DatasetRefused
from pricing_service.ingest.sources import Folder, Uploads, open_source

__all__ = ["DatasetRefused", "Folder", "Uploads", "ingest", "open_source"]
