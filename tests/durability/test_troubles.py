"""A full disk, no open files, a database that hangs: who reads goes on or is told when to come again; then all is well.

Each is done to a whole service in processes of its own, which nobody restarts or repairs.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.durability.service import Service, settings_of
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts are Linux's"),
]
SMALL = b"customer_id,date,metric,units\nc1,2024-01-01,m,1\n"
ROW = {"customer_id": "c2", "date": "2024-01-01", "metric": "m", "units": 1}
DISK_MB = 64


@contextmanager
def served(folder: Path, database_url: str | None = None) -> Iterator[tuple[Service, httpx.Client]]:
    """Run a service with one dataset, and give a client whose connection stands."""
    service = Service(settings_of(folder, database_url))
    service.start()
    try:
        headers = {"Authorization": "Bearer dev"}
        with httpx.Client(base_url=service.address, headers=headers, timeout=120) as client:
            register(client).raise_for_status()
            yield service, client
    finally:
        service.kill()


def register(client: httpx.Client) -> httpx.Response:
    files = [("files", ("usage.csv", SMALL))]
    return client.post("/v1/datasets", files=files, data={"currency": "EUR"})


def requests(client: httpx.Client) -> Mapping[str, Callable[[], httpx.Response]]:
    """What is asked in trouble and afterwards: reads of the database and of files, and writes of both."""
    dataset = client.get("/v1/datasets").json()["data"][-1]["id"]
    return {
        "live": lambda: client.get("/livez"),
        "list": lambda: client.get("/v1/datasets"),
        "read": lambda: client.get(f"/v1/datasets/{dataset}"),
        "quarantine": lambda: client.get(f"/v1/datasets/{dataset}/quarantine"),
        "register": lambda: register(client),
        "rows": lambda: client.post(f"/v1/datasets/{dataset}/rows/usage", json=[ROW]),
        "key": lambda: client.post("/v1/keys", json={"name": "Ada", "scopes": ["data:read"]}),
    }


def refused_for_now(answer: httpx.Response) -> bool:
    """Whether an answer says that the request may be sent again, and when."""
    if answer.status_code != 503:
        return False
    assert answer.headers["retry-after"]
    assert answer.json()["retryable"]
    return True


def all_is_well(client: httpx.Client, asked: Mapping[str, Callable[[], httpx.Response]]) -> None:
    for name, ask in asked.items():
        answer = ask()
        assert answer.status_code < 300, (name, answer.text)
    assert client.get("/readyz").status_code == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder whose data folder is a disk of its own."""
    disk = tmp_path / "data"
    disk.mkdir()
    options = f"size={DISK_MB}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> list[Path]:
    """Take all that is left of a disk, to the last block."""
    files = []
    for size in (1 << 16, 1 << 9):
        files.append(disk / f"fill-{size}")
        with suppress(OSError), files[-1].open("wb", buffering=0) as file:
            while file.write(bytes(size)) == size:
                pass
    return files


def test_on_a_full_disk_reads_go_on_and_writes_are_told_to_come_again(small_disk: Path) -> None:
    disk = small_disk / "data"
    with served(small_disk) as (_, client):
        asked = requests(client)
        before = client.get("/v1/datasets").json()
        filled = fill(disk)
        answers = {name: ask() for name, ask in asked.items()}
        after = client.get("/v1/datasets").json()
        for path in filled:
            path.unlink()

        assert {name for name, answer in answers.items() if answer.status_code == 200} == {
            "live",
            "list",
            "read",
            "quarantine",
        }
        assert all(refused_for_now(answers[name]) for name in ("register", "rows", "key"))
        assert after == before
        all_is_well(client, asked)
    with sqlite3.connect(disk / "service.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_without_open_files_whoever_asks_is_answered_or_told_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path) as (service, client):
        asked = requests(client)
        process = service.process_id
        before = resource.prlimit(process, resource.RLIMIT_NOFILE)
        opened = len(list(Path(f"/proc/{process}/fd").iterdir()))
        resource.prlimit(process, resource.RLIMIT_NOFILE, (opened, before[1]))
        try:
            answers = {name: ask() for name, ask in asked.items()}
        finally:
            resource.prlimit(process, resource.RLIMIT_NOFILE, before)

        strange = [
            name
            for name, answer in answers.items()
            if answer.status_code >= 300 and not refused_for_now(answer)
        ]
        assert not strange, [answers[name].text for name in strange]
        assert answers["live"].status_code == 200
        assert answers["register"].status_code == 503
        all_is_well(client, asked)


def test_a_database_that_hangs_holds_nobody_without_end(tmp_path: Path, postgres_url: str) -> None:
    with served(tmp_path, postgres_url) as (service, client), psycopg.connect(postgres_url) as holder:
        asked = requests(client)
        holder.execute("LOCK TABLE datasets IN ACCESS EXCLUSIVE MODE")
        answers: list[httpx.Response] = []
        waiting = threading.Thread(target=lambda: answers.append(asked["list"]()))
        waiting.start()
        time.sleep(1)
        beside = httpx.get(f"{service.address}/livez", timeout=30)
        waiting.join(timeout=100)
        holder.rollback()

        assert beside.status_code == 200
        assert refused_for_now(answers[0])
        all_is_well(client, asked)
