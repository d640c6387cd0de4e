"""Whether the time of a 404 tells another workspace's object from one that is not there: medians of pairs, over HTTP.

Another's id and an unknown one of the same form are asked for in turns, in random order, so that whatever else the
machine does falls on both. Bar: the median difference of a pair is below a millisecond on each route.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from api.keys import SCOPES
from pricing_service.storage import Storage
from pricing_service.storage.ids import new_id
from tests.durability.service import Service, settings_of
from tests.durability.writes import BOOK, upload

_PAIRS = 500
_BAR_MS = 1.0


def main() -> int:
    """Measure four routes and print their differences."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service(settings_of(Path(folder), None))
        service.start()
        try:
            with Storage.open(service.settings, migrate=False) as storage:
                stranger = storage.workspaces.create("stranger")
                storage.keys.create(stranger.id, name="stranger", scopes=SCOPES, dev_token="stranger")
            with httpx.Client(base_url=service.address, timeout=60) as client:
                differences = {
                    path: _difference_ms(client, path, known) for path, known in _theirs(client).items()
                }
        finally:
            service.kill()
    for path, difference in differences.items():
        print(f"{path}: {difference:+.3f} ms apart (bar: {_BAR_MS} ms)")
    return int(any(abs(difference) >= _BAR_MS for difference in differences.values()))


def _theirs(client: httpx.Client) -> dict[str, str]:
    """Make an object behind each route."""
    headers = {"Authorization": "Bearer dev"}
    dataset = client.post("/v1/datasets", headers=headers, **upload("Jobs")).json()["id"]
    asked = {"dataset": dataset, "kind": "growth"}
    analysis = client.post("/v1/analyses", headers=headers, json=asked).json()["id"]
    book = client.post("/v1/price-books", headers=headers, json={"book": BOOK}).json()["id"]
    about = {"price_book": book, "title": "Board"}
    proposal = client.post("/v1/proposals", headers=headers, json=about).json()["id"]
    while not client.get(f"/v1/analyses/{analysis}", headers=headers).json()["finished_at"]:
        time.sleep(0.3)
    return {
        "/v1/datasets": dataset,
        "/v1/analyses": analysis,
        "/v1/price-books": book,
        "/v1/proposals": proposal,
    }


def _difference_ms(client: httpx.Client, path: str, known: str) -> float:
    chance, took = random.Random(path), {"theirs": list[float](), "unknown": list[float]()}
    for _ in range(_PAIRS):
        ids = {"theirs": known, "unknown": new_id(known.partition("_")[0], datetime.now(UTC))}
        for which in chance.sample(sorted(ids), 2):
            begun = time.perf_counter()
            answer = client.get(f"{path}/{ids[which]}", headers={"Authorization": "Bearer stranger"})
            took[which].append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 404
    pairs = zip(took["theirs"], took["unknown"], strict=True)
    return statistics.median(theirs - unknown for theirs, unknown in pairs)


if __name__ == "__main__":
    sys.exit(main())
