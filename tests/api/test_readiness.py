"""A service whose database is gone or strange is not ready, and says that trying again may help."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.problems import NotReady
from api.readiness import refuse_unless_ready
from pricing_service.config import Settings
from pricing_service.storage import Storage


def test_a_service_with_its_schema_is_ready(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        refuse_unless_ready(storage)


def test_a_service_without_its_schema_is_not(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, dev=True)
    with Storage.open(settings, migrate=False) as storage, pytest.raises(NotReady) as refusal:
        refuse_unless_ready(storage)

    assert int(refusal.value.headers["Retry-After"]) > 0
