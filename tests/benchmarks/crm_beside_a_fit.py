"""How late CRM reads are at half of what the service can bear, alone and beside a fit, over HTTP, in one run.

Requests come when they are due, answered or not (an open loop): each is as late as it was answered after it was due,
so that a server which stands still for a while is late for all that came meanwhile. The fit is an analysis in a real
worker beside it: one that stands back, and one that takes only time which nobody wants (`worker_spare_time`). Blocks
alone and beside a fit take turns. Bars: of a hundred reads one is later than 50 ms at most, and beside a fit 1.3 times
as late at most.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import uvloop

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from tests.benchmarks.crm_read import (  # noqa: E402  found only now
    SECRET,
    SERVICE,
    Target,
    block,
    free_port,
    make_data,
    served,
    size_of,
    wait_for,
)

LINES, SECONDS, ROUNDS, SATURATED = 64, 6.0, 5, 12
FITTED, TICK = 3_000, 0.0005
MOST_LATE_MS, MOST_LATE_RATIO = 50.0, 1.3
WORKER = """
import sys; sys.path.insert(0, {root!r})
from pathlib import Path
from api.worker import work
from pricing_service.config import Settings
if __name__ == "__main__":
    work(Settings(data_folder=Path({data!r}), secret={secret!r}, worker_spare_time={spare}))
"""


class Line(asyncio.Protocol):
    """A connection that carries one request at a time, and says how late each answer was."""

    def __init__(self, target: Target, load: Load) -> None:
        self._target, self._load = target, load
        self._due, self._heard = 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, due: float) -> None:
        """Send the request that was due then."""
        self._due = due
        self.transport.write(self._target.request)

    def data_received(self, data: bytes) -> None:
        """Note an answer when it is whole."""
        self._heard += data
        head = self._heard.find(b"\r\n\r\n")
        if head >= 0 and len(self._heard) >= head + 4 + self._target.size:
            self._heard = b""
            self._load.late.append(time.perf_counter() - self._due)
            self._load.free.append(self)


class Load:
    """Requests that come at a steady pace, whatever becomes of those before: connections take turns."""

    def __init__(self) -> None:
        self.free: deque[Line] = deque()
        self.late: list[float] = []

    async def run(self, target: Target, per_second: float) -> list[float]:
        """Ask for some seconds; return how late each answer was, seconds."""
        loop, all_due = asyncio.get_running_loop(), int(per_second * SECONDS)
        for _ in range(LINES):
            _, line = await loop.create_connection(lambda: Line(target, self), "127.0.0.1", target.port)
            self.free.append(line)
        lines, begun, asked = list(self.free), time.perf_counter(), 0
        while len(self.late) < all_due:
            due = min(int((time.perf_counter() - begun) * per_second) + 1, all_due)
            while asked < due and self.free:
                self.free.popleft().ask(begun + asked / per_second)
                asked += 1
            await asyncio.sleep(TICK)
        for line in lines:
            line.transport.close()
        return self.late


def open_loop(target: Target, per_second: float) -> list[float]:
    """Run one load; return how late each answer was, seconds."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(Load().run(target, per_second))


class Fits:
    """Reports on a simulated business that a worker is kept busy with, a fresh one each time."""

    def __init__(self, base: str, token: str, dataset: str) -> None:
        self._client = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self._dataset = dataset
        self._seed = 0

    def begin(self) -> str:
        """Ask for one that nobody has asked for, and return its id when it runs."""
        self._seed += 1
        asked = {"dataset": self._dataset, "kind": "report", "seed": self._seed}
        answer = self._client.post("/v1/analyses", json=asked).raise_for_status().json()
        self._until(answer["id"], {"running"})
        return str(answer["id"])

    def end(self, analysis: str) -> None:
        """Cancel it; one that came to its end too early would have left reads alone."""
        self._client.delete(f"/v1/analyses/{analysis}")
        self._until(analysis, {"cancelled"})

    def _until(self, analysis: str, status: set[str]) -> None:
        found = ""
        for _ in range(600):
            found = self._client.get(f"/v1/analyses/{analysis}").json()["status"]
            if found in status:
                return
            if found in {"failed", "succeeded"}:
                break
            time.sleep(0.1)
        raise SystemExit(f"the analysis is {found}, not {sorted(status)}")


def make_fits(folder: Path) -> tuple[str, str]:
    """Store a simulated business to fit; return a key that may ask for it, and its id."""
    from api.datasets import DatasetDesk
    from api.local_workspace import LOCAL
    from api.uploads import Upload
    from experiments.market import draw_business, simulate, write_dataset
    from pricing_service.config import Settings
    from pricing_service.ingest import Folder
    from pricing_service.storage import Storage

    with Storage.open(Settings(data_folder=folder / "data", secret=SECRET)) as storage:
        _, token = storage.keys.create(LOCAL, name="fits", scopes=["analyses:run", "data:read"])
        write_dataset(simulate(replace(draw_business(1), customers=FITTED), 1), folder / "fitted")
        dataset = DatasetDesk(storage).register(LOCAL, Upload(Folder(folder / "fitted"), "Fitted", "EUR"))
    return token, dataset["id"]


def one_of_a_hundred(late: list[float]) -> float:
    """Return what one of a hundred is later than, ms."""
    return 1000 * statistics.quantiles(late, n=100)[98]


def measure(target: Target, fits: Fits, half: float) -> tuple[float, float]:
    """Measure in turns, print, and return what one of a hundred is later than alone and beside a fit, ms."""
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(open_loop(target, half))
        fit = fits.begin()
        beside.append(open_loop(target, half))
        fits.end(fit)
    each = [[one_of_a_hundred(late) for late in lates] for lates in (alone, beside)]
    quiet, busy = (one_of_a_hundred([one for late in lates for one in late]) for lates in (alone, beside))
    told = ["; rounds " + ", ".join(f"{one:.1f}" for one in ones) for ones in each]
    print(f"  99 of 100 within {quiet:.1f} ms alone (bar {MOST_LATE_MS:.0f} ms{told[0]})")
    print(f"  99 of 100 within {busy:.1f} ms beside a fit{told[1]}")
    print(f"  beside a fit {busy / quiet:.2f} times as late (bar {MOST_LATE_RATIO})")
    return quiet, busy


def main() -> int:
    """Start the service, measure beside either kind of worker, and say whether all bars held."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-")))
        token, port = make_data(folder), free_port()
        asks, dataset = make_fits(folder)
        told = {"root": str(ROOT), "data": str(folder / "data"), "secret": SECRET}
        service = stack.enter_context(served(SERVICE.format(**told, port=port), folder / "service.log"))
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/livez")
        head = f"Host: localhost\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
        target = Target(port, f"GET /v1/customers/c00017/recommendation HTTP/1.1\r\n{head}".encode(), service)
        httpx.get(
            f"{base}/v1/customers/c00017/recommendation",
            headers={"Authorization": f"Bearer {token}"},
            timeout=120,
        )
        target.size = size_of(target)
        for _ in range(SATURATED):
            asyncio.run(block(target))
        half, fits, held = statistics.median(target.per_second) / 2, Fits(base, asks, dataset), []
        print(f"half of saturation: {half:,.0f}/s, {SECONDS * ROUNDS:.0f} s alone and beside a fit each")
        for spare, name in ((False, "stands back"), (True, "takes spare time alone")):
            print(f"a worker that {name}:")
            with served(WORKER.format(**told, spare=spare), folder / "worker.log"):
                quiet, busy = measure(target, fits, half)
            held.append(quiet <= MOST_LATE_MS and busy < MOST_LATE_RATIO * quiet)
        return 0 if all(held) else 1


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    raise SystemExit(main())
