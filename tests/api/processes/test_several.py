"""Several processes answer on one port as one service: one limit, one truth, and nobody notices when one goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import httpx
import psutil
import pytest

from api.keys import SCOPES
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api import decided, small_business
from tests.journeys.conftest import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SECRET = "0123456789abcdef"
READ = "/v1/customers/c00/recommendation"
LIMIT = 30


@dataclass(frozen=True)
class Service:
    """A service of two API processes."""

    address: str
    process: subprocess.Popen[bytes]
    storage: Storage
    token: str
    dataset: str

    def ask(self, path: str, *, token: str | None = None) -> httpx.Response:
        """Ask over a connection of its own: whichever process takes it answers."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=60)

    def key(self, name: str) -> str:
        """Make a key that nobody has used."""
        return self.storage.keys.create("ws_local", name=name, scopes=SCOPES)[1]

    @property
    def answering(self) -> list[psutil.Process]:
        """Its API processes."""
        return [each for each in psutil.Process(self.process.pid).children() if _answers(each)]

    @contextmanager
    def alone(self, one: psutil.Process) -> Iterator[None]:
        """Let one process answer alone: the others stand still."""
        others = [each for each in self.answering if each.pid != one.pid]
        for other in others:
            other.suspend()
        try:
            yield
        finally:
            for other in others:
                other.resume()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder, port = tmp_path_factory.mktemp("several"), free_port()
    settings = Settings(data_folder=folder / "data", secret=SECRET)
    with Storage.open(settings) as storage:
        storage.workspaces.create("local", workspace_id="ws_local")
        token = storage.keys.create("ws_local", name="Ada", scopes=SCOPES)[1]
        command = [
            sys.executable,
            "-m",
            "api.command_line",
            "serve",
            "--port",
            str(port),
            "--api-processes",
            "2",
        ]
        told = {"SECRET": SECRET, "DATA_FOLDER": str(settings.data_folder), "DRAIN_SECONDS": "1",
                "REQUESTS_PER_MINUTE": f'{{"read": {LIMIT}}}', "FAILED_KEYS_PER_MINUTE": "4"}  # fmt: skip
        environment = {**os.environ, **{f"PRICING_SERVICE_{name}": value for name, value in told.items()}}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            wait_until(lambda: b"ready http" in (folder / "log").read_bytes() or process.poll() is not None)
            assert process.poll() is None, (folder / "log").read_text()[-4000:]
            address = f"http://127.0.0.1:{port}"
            yield Service(address, process, storage, token, _dataset(address, token))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)


def _answers(process: psutil.Process) -> bool:
    try:
        return "api.processes.one" in process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one, too
        return False


def _dataset(address: str, token: str) -> str:
    files = small_business.parts(small_business.tables())
    headers, data = {"Authorization": f"Bearer {token}"}, {"name": "Jobs", "currency": "EUR"}
    answer = httpx.post(f"{address}/v1/datasets", headers=headers, data=data, files=files, timeout=120)
    return str(answer.json()["id"])


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1_800):
        if true():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within three minutes")


def publish(service: Service, share: float) -> None:
    rows = decided.raise_rows(share)
    analysis = decided.store(service.storage, service.dataset, "raises", decided.RAISES, rows=rows)
    decided.publish(service.storage, analysis)


def test_after_a_publication_every_process_answers_with_it(service: Service) -> None:
    def answers_with(share: float) -> bool:
        return bool(service.ask(READ).json()["raise"]["share"] == share)

    for share in (0.1, 0.2):
        publish(service, share)
        time.sleep(2.0)  # what is promised; while a snapshot is being made, the old one is given out
        for process in service.answering:
            with service.alone(process):
                wait_until(partial(answers_with, share))
    assert len(service.answering) == 2


def test_two_processes_keep_one_limit_for_a_key(service: Service) -> None:
    token, begun = service.key("Fast"), time.monotonic()
    granted: dict[int, int] = {}
    for process in service.answering:
        with service.alone(process):
            asked = [service.ask("/v1/datasets", token=token) for _ in range(LIMIT * 2 // 3)]
            granted[process.pid] = sum(answer.status_code == 200 for answer in asked)
    refilled = LIMIT / 60 * (time.monotonic() - begun)

    assert min(granted.values()) > 0
    assert sum(granted.values()) <= LIMIT + refilled, granted


def test_keys_that_failed_at_one_process_have_failed_at_all(service: Service) -> None:
    first, second = service.answering
    token = service.key("Late")
    with service.alone(first):
        guesses = [service.ask("/v1/datasets", token=f"guess-{at}").status_code for at in range(5)]
    with service.alone(second):
        late = service.ask("/v1/datasets", token=token)

    assert guesses == [401, 401, 401, 401, 429]
    assert (late.status_code, late.json()["code"]) == (429, "rate_limited")


def test_the_meters_of_any_process_are_those_of_all(service: Service) -> None:
    def answered() -> float:
        line = next(
            line for line in service.ask("/metrics").text.splitlines()
            if line.startswith("http_requests_total") and 'route="/livez"' in line
        )  # fmt: skip
        return float(line.rpartition(" ")[2])

    for process in service.answering:
        with service.alone(process):
            assert service.ask("/livez").status_code == 200
    counts = []
    for process in service.answering:
        with service.alone(process):
            counts.append(answered())

    assert counts[0] == counts[1] >= 2


def test_a_killed_process_is_started_again_and_the_other_answers_meanwhile(service: Service) -> None:
    killed, other = service.answering
    killed.kill()

    assert service.ask("/livez").status_code == 200
    wait_until(lambda: len(service.answering) == 2 and killed.pid not in {p.pid for p in service.answering})
    assert other.pid in {process.pid for process in service.answering}


def test_at_sighup_every_process_is_another_one(service: Service) -> None:
    before = {process.pid for process in psutil.Process(service.process.pid).children()}
    assert len(before) == 3, "two that answer, and a worker"

    service.process.send_signal(signal.SIGHUP)

    wait_until(
        lambda: (
            len(service.answering) == 2
            and not before & {each.pid for each in psutil.Process(service.process.pid).children()}
        )
    )
    assert service.ask("/readyz").status_code == 200


def test_at_sigterm_all_of_them_end_and_the_port_is_closed(service: Service) -> None:
    processes = psutil.Process(service.process.pid).children()

    service.process.send_signal(signal.SIGTERM)

    assert service.process.wait(timeout=120) == 0
    assert not any(process.is_running() for process in processes)
    with pytest.raises(httpx.ConnectError):
        service.ask("/livez")
