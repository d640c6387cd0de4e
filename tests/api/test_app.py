"""The application is wired once, refuses to start unsafely, and imports nothing heavy to serve."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pricing_service.config import Settings, UnsafeSettings

HEAVY = ("sklearn", "altair", "optuna", "statsmodels", "numba", "vl_convert", "dbos")


def test_a_serving_process_imports_nothing_heavy() -> None:
    program = (
        f"import api.app, json, sys; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(answer.stdout) == []


def test_without_a_secret_there_is_no_application(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings, match="PRICING_SERVICE_SECRET"):
        create_app(Settings(data_folder=tmp_path, dev=False, secret=None))


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    settings = Settings(data_folder=tmp_path, dev=True, max_upload_bytes=50_000)
    return TestClient(create_app(settings), headers={"Authorization": "Bearer dev"})


def test_files_may_be_as_large_as_the_operator_says(client: TestClient) -> None:
    with client:
        fits = client.post("/v1/datasets", files={"files": ("usage.csv", b"x" * 40_000)})
        over = client.post("/v1/datasets", files={"files": ("usage.csv", b"x" * 60_000)})

    assert fits.status_code == 422, "read, and found to be no table"
    assert over.status_code == 413


def test_a_question_is_never_large(client: TestClient) -> None:
    with client:
        answer = client.post("/v1/analyses", content=b" " * (1 << 20) + b"{}")

    assert answer.status_code == 413


def test_both_people_of_the_local_workspace_may_come_in(client: TestClient) -> None:
    with client:
        answers = [
            client.get("/v1/datasets", headers={"Authorization": f"Bearer {person}"})
            for person in ("dev", "dev2")
        ]

    assert [answer.status_code for answer in answers] == [200, 200]
