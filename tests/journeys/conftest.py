"""A server as a company runs it: `pricing-service serve --dev` in a process of its own, with its worker."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

PROGRAM = [sys.executable, "-m", "api.command_line"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server."""
    folder, port = tmp_path_factory.mktemp("journey"), free_port()
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--dev", "--port", str(port), "--data-folder", str(folder / "data")],
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(address, process, folder / "log")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()


@pytest.fixture
def ada(server: str) -> Iterator[httpx.Client]:
    """One person of the pricing committee."""
    with httpx.Client(base_url=server, headers={"Authorization": "Bearer dev"}, timeout=120) as client:
        yield client


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.2)
    pytest.fail(f"not ready within two minutes:\n{log.read_text()}")
