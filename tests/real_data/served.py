"""What a caller of the API does: send a folder's tables, ask, wait for the answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx


def register(http: httpx.Client, folder: Path, *, name: str, currency: str) -> dict[str, Any]:
    """Send every table of the folder; answers the dataset."""
    tables = sorted(path for path in folder.iterdir() if path.name != "dataset.toml")
    files = [("files", (path.name, path.read_bytes())) for path in tables]

    answer = http.post("/v1/datasets", data={"name": name, "currency": currency}, files=files)

    assert answer.status_code == 201, answer.text
    dataset: dict[str, Any] = answer.json()
    return dataset


def analyse(http: httpx.Client, dataset: str, *, kind: str) -> dict[str, Any]:
    """Ask for an analysis and wait until it has ended, however it ended."""
    answer = http.post("/v1/analyses", json={"dataset": dataset, "kind": kind})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"]
    for _ in range(600):
        analysis: dict[str, Any] = http.get(answer.headers["Location"]).json()
        if analysis["status"] not in {"queued", "running"}:
            return analysis
        time.sleep(0.5)
    raise AssertionError(f"still {analysis['status']} after five minutes: {analysis['progress']}")
