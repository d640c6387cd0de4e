"""The service as a company runs it, API and worker in processes of their own: started, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from pricing_service.config import Settings
from pricing_service.storage import Storage, schema
from pricing_service.storage.claims import UNRENEWED
from tests.journeys.conftest import free_port

PROGRAM = ("-m", "api.command_line")
_LONGEST_START_S = 180


class Service:
    """One service on a folder or a PostgreSQL; a kill takes all its processes at once.

    Parameters
    ----------
    settings
        Where its data are.
    program
        What Python is started with; a planted fault has a program of its own.
    """

    def __init__(self, settings: Settings, *, program: Sequence[str] = PROGRAM) -> None:
        self.settings = settings
        self.address = f"http://127.0.0.1:{free_port()}"
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._log = settings.data_folder.parent / "log"

    @property
    def process_id(self) -> int:
        """The process that answers requests; its worker is below it."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready."""
        url = self.settings.database_url
        environment = {**os.environ, **({"PRICING_SERVICE_DATABASE_URL": url} if url else {})}
        port, folder = self.address.rpartition(":")[2], str(self.settings.data_folder)
        command = [sys.executable, *self._program, "serve", "--port", port, "--data-folder", folder]
        if self.settings.dev:
            command.append("--dev")
        else:
            environment |= _told(self.settings)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
            )
        deadline = time.monotonic() + _LONGEST_START_S
        while not self._ready():
            assert self._process.poll() is None, self._log.read_text()[-4000:]
            assert time.monotonic() < deadline, self._log.read_text()[-4000:]
            time.sleep(0.05)

    def errors(self) -> list[str]:
        """Return what its log calls our fault."""
        return [line for line in self._log.read_text().splitlines() if '"level": "error"' in line]

    def kill(self) -> None:
        """End all its processes as the kernel would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it as an operator does, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_LONGEST_START_S)
            self._process = None

    def start_anew(self) -> None:
        """Let it start its API processes anew, and wait until all it had is gone."""
        assert self._process is not None
        starter = psutil.Process(self._process.pid)
        before = {each.pid for each in starter.children()}
        starter.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + _LONGEST_START_S
        while before & {each.pid for each in starter.children()}:
            assert time.monotonic() < deadline, self._log.read_text()[-4000:]
            time.sleep(0.1)

    def let_claims_grow_old(self) -> None:
        """Let the claims of killed requests be as old as they are when clients may take their keys again."""
        table = schema.idempotency
        with Storage.open(self.settings, migrate=False) as storage, storage.database.writing() as connection:
            for row in connection.execute(table.select().where(table.c.status.is_(None))).all():
                mine = table.update().where(table.c.workspace_id == row.workspace_id, table.c.key == row.key)
                connection.execute(mine.values(begun_at=row.begun_at - UNRENEWED - timedelta(seconds=1)))

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False


def _told(settings: Settings) -> dict[str, str]:
    """Say in the environment what a service that is not for one machine has to know."""
    assert settings.secret is not None
    told = {"SECRET": settings.secret.get_secret_value(), "DRAIN_SECONDS": str(settings.drain_seconds),
            "REQUESTS_PER_MINUTE": json.dumps(settings.requests_per_minute),
            "API_PROCESSES": str(settings.api_processes)}  # fmt: skip
    return {f"PRICING_SERVICE_{name}": value for name, value in told.items()}


def settings_of(folder: Path, database_url: str | None) -> Settings:
    """Say where a service of a test lives."""
    return Settings(data_folder=folder / "data", database_url=database_url, dev=True)
