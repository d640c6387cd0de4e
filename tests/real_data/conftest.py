"""Where the real tables are, and the product's two doors: the command line and a served API."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("pricing-service")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real tables; absent tables are a failure, since a skipped proof proves nothing."""
    folder = Path(os.environ.get("PRICING_SERVICE_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.fail(f"no real data at {folder}: set PRICING_SERVICE_REAL_DATA to the folder that holds them")
    return folder


@dataclass(frozen=True)
class Answer:
    """How the command line ended, and the result it wrote."""

    exit_code: int
    errors: str
    result: dict[str, Any] | None


class CommandLine:
    """Runs `pricing-service analyze` in a process of its own, once for each question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: dict[tuple[Path, str], Answer] = {}

    def analyze(self, dataset: Path, *, kind: str) -> Answer:
        if (dataset, kind) not in self.answers:
            self.answers[dataset, kind] = self._run(dataset, kind)
        return self.answers[dataset, kind]

    def _run(self, dataset: Path, kind: str) -> Answer:
        out = self.folder / f"{dataset.name}-{kind}.json"
        command = [PROGRAM, "analyze", dataset, "--kind", kind, "--json", out]
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        result = json.loads(out.read_text(encoding="utf-8")) if out.exists() else None
        return Answer(ended.returncode, ended.stderr + ended.stdout, result)


@pytest.fixture(scope="session")
def command_line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return CommandLine(tmp_path_factory.mktemp("command_line"))


@pytest.fixture(scope="session")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a real server with its worker, started as a developer starts it."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [PROGRAM, "serve", "--dev", "--port", str(port)],
            env={**os.environ, "PRICING_SERVICE_DATA_FOLDER": str(folder / "data")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer dev"}, timeout=120
        ) as client:
            _wait_until_ready(client, server, log)
            yield client
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait_until_ready(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.2)
    pytest.fail(f"the server is not ready after a minute:\n{log.read_text(encoding='utf-8')}")
