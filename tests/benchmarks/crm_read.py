"""The CRM's read beside an equally large constant `response_model` route of bare FastAPI, over HTTP, in one run.

Two servers of one process each; blocks of the two take turns, so that whatever else the machine does meets both. The
read has its key check, snapshot, ETag, request id, meters and log on (into a file); the bare route has nothing. Bars:
throughput at least that of the bare route, median time at most its; 1,000 in bulk from the snapshot within 200 ms.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

CUSTOMERS, CONNECTIONS, BLOCKS, SECONDS = 10_000, 8, 60, 0.25
FEWEST_RATIO, MOST_MEDIAN_RATIO, MOST_BULK_SECONDS = 1.0, 1.0, 0.2
SECRET = "only-for-this-benchmark"
SERVICE = """
import sys; sys.path.insert(0, {root!r})
from pathlib import Path
from api.app import create_app
from api.telemetry import log_to_stderr
from api.listening import listen
from pricing_service.config import Settings
log_to_stderr()
# The pace is kept for every request, and so high that none is turned away.
pace = {{"crm": 10**9, "read": 10**9, "write": 10**9, "heavy": 10**9}}
app = create_app(Settings(data_folder=Path({data!r}), secret={secret!r}, requests_per_minute=pace))
listen(app, host="127.0.0.1", port={port}, ready=lambda _: None)
"""
BARE = """
import json, sys; sys.path.insert(0, {root!r})
from pathlib import Path
import uvicorn
from fastapi import FastAPI
from api.recommendation_answers import Recommendation
app, answer = FastAPI(), json.loads(Path({body!r}).read_text())
@app.get("/constant", response_model=Recommendation)
async def constant():
    return answer
uvicorn.run(app, host="127.0.0.1", port={port}, access_log=False, log_level="warning", server_header=False)
"""


@dataclass
class Target:
    """A server, the bytes of a request to it, and what was measured."""

    port: int
    request: bytes
    process: int
    size: int = 0
    per_second: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def cpu_each(self) -> float:
        """CPU-seconds of the server a request; other work on the machine hardly moves it."""
        return self.cpu / len(self.times)


def make_data(folder: Path) -> str:
    """Store a dataset of so many customers with published tiers and raises, and what else is known; return a key."""
    from api.datasets import DatasetDesk
    from api.local_workspace import LOCAL
    from api.uploads import Upload
    from pricing_service.config import Settings
    from pricing_service.ingest import Folder
    from pricing_service.storage import Storage
    from tests.api import decided

    settings = Settings(data_folder=folder / "data", secret=SECRET)
    decided.WHO[:] = [f"c{number:05d}" for number in range(CUSTOMERS)]
    with Storage.open(settings) as storage:
        storage.workspaces.create("local", workspace_id=LOCAL)
        _, token = storage.keys.create(LOCAL, name="CRM", scopes=["recommendations:read"])
        tables = folder / "tables"
        tables.mkdir()
        lines = [f"{who},2024-06-01,,team,{200 + 10 * (at % 7)}" for at, who in enumerate(decided.WHO)]
        text = "customer_id,start,end,plan,mrr\n" + "\n".join(lines) + "\n"
        (tables / "subscriptions.csv").write_text(text)
        dataset = DatasetDesk(storage).register(LOCAL, Upload(Folder(tables), "Large", "EUR"))["id"]
        tiers = {"tiers": decided.TIERS, "metric": "postings"}
        menu = decided.store(storage, dataset, "tiers", tiers, rows=decided.tier_rows())
        raises = decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
        decided.store(storage, dataset, "ideal_customers", {"scorecard": {}}, rows=decided.ideal_rows())
        decided.store(storage, dataset, "unit_worth", decided.WORTH)
        for analysis in (menu, raises):
            decided.publish(storage, analysis, effective=date(2026, 1, 1))
    return token


@contextmanager
def served(program: str, log: Path) -> Iterator[int]:
    """Run a server in a process of its own, and give that one's id."""
    with log.open("w") as err, subprocess.Popen([sys.executable, "-c", program], stderr=err) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(300):
        try:
            httpx.get(url, timeout=60)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


async def block(target: Target) -> None:
    """Ask again and again over some connections for a second, each as soon as it was answered."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        while (begun := time.perf_counter()) < until:
            writer.write(target.request)
            # Heads differ in length: what is left of a key's pace has fewer and fewer digits.
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(target.size)
            times.append(time.perf_counter() - begun)
        writer.close()

    begun, cpu = time.perf_counter(), cpu_seconds(target.process)
    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    target.per_second.append(len(times) / (time.perf_counter() - begun))
    target.cpu += cpu_seconds(target.process) - cpu
    target.times += times


def cpu_seconds(process: int) -> float:
    """Read what a process has used of the CPU so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def size_of(target: Target) -> int:
    """Measure the body of an answer; every one is as long."""
    with socket.create_connection(("127.0.0.1", target.port)) as line:
        line.sendall(target.request)
        time.sleep(0.3)
        answer = line.recv(1 << 20)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    return len(answer.partition(b"\r\n\r\n")[2])


def bulk_seconds(base: str, token: str) -> float:
    """Measure 1,000 customers in bulk, the median of 15."""
    ids = [f"c{number * 7 % CUSTOMERS:05d}" for number in range(1000)]
    times = []
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
        for _ in range(15):
            begun = time.perf_counter()
            answer = client.post("/v1/recommendations", json={"customer_ids": ids})
            times.append(time.perf_counter() - begun)
            assert answer.json()["data"][999]["status"] == 200
    return statistics.median(times)


def main() -> int:
    """Measure, print, and say whether all bars held."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-")))
        token = make_data(folder)
        ours, bare = free_port(), free_port()
        base = f"http://127.0.0.1:{ours}"
        program = SERVICE.format(root=str(ROOT), data=str(folder / "data"), port=ours, secret=SECRET)
        service = stack.enter_context(served(program, folder / "service.log"))
        wait_for(f"{base}/livez")
        headers = {"Authorization": f"Bearer {token}"}
        begun = time.perf_counter()
        first = httpx.get(f"{base}/v1/customers/c00017/recommendation", headers=headers, timeout=120)
        cold = time.perf_counter() - begun
        (folder / "body.json").write_text(first.raise_for_status().text)
        program = BARE.format(root=str(ROOT), body=str(folder / "body.json"), port=bare)
        plain = stack.enter_context(served(program, folder / "bare.log"))
        wait_for(f"http://127.0.0.1:{bare}/constant")
        head = f"Host: localhost\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
        read = Target(ours, f"GET /v1/customers/c00017/recommendation HTTP/1.1\r\n{head}".encode(), service)
        constant = Target(bare, f"GET /constant HTTP/1.1\r\n{head}".encode(), plain)
        for target in (read, constant):
            target.size = size_of(target)
            asyncio.run(block(target))
            target.per_second.clear()
            target.times.clear()
            target.cpu = 0.0
        for at in range(BLOCKS):
            for target in (read, constant) if at % 2 else (constant, read):
                asyncio.run(block(target))
        return report(read, constant, cold, bulk_seconds(base, token))


def report(read: Target, constant: Target, cold: float, bulk: float) -> int:
    """Print the figures beside their bars."""
    ratios = [a / b for a, b in zip(read.per_second, constant.per_second, strict=True)]
    throughput = statistics.median(ratios)
    middle = [1000 * statistics.median(target.times) for target in (read, constant)]
    print(f"first read of {CUSTOMERS:,} customers, snapshot made: {cold:.2f} s")
    print(
        f"read {statistics.median(read.per_second):,.0f}/s, bare {statistics.median(constant.per_second):,.0f}/s"
    )
    print(
        f"throughput ratio {throughput:.2f} (blocks {min(ratios):.2f} to {max(ratios):.2f}; bar {FEWEST_RATIO})"
    )
    slower = middle[0] / middle[1]
    print(f"median {middle[0]:.2f} ms, bare {middle[1]:.2f} ms: ratio {slower:.2f} (bar {MOST_MEDIAN_RATIO})")
    each = [1e6 * target.cpu_each for target in (read, constant)]
    print(f"CPU a request {each[0]:.0f} µs, bare {each[1]:.0f} µs: ratio {each[0] / each[1]:.2f}")
    print(f"1,000 in bulk: {1000 * bulk:.0f} ms (bar {1000 * MOST_BULK_SECONDS:.0f} ms)")
    held = throughput >= FEWEST_RATIO and slower <= MOST_MEDIAN_RATIO
    return 0 if held and bulk <= MOST_BULK_SECONDS else 1


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    raise SystemExit(main())
