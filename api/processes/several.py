"""Keeps several API processes answering on one port: starts them again when they die, and anew one by one at SIGHUP.

The port is opened here and handed on. A connection waits in its one queue until a process takes it, so that one that is
killed, or goes because another took over, loses none that it had not taken.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from types import FrameType

import structlog

from api.buckets import shared_file
from api.worker_process import as_environment
from pricing_service.config import Settings

_LOOK_SECONDS = 1.0
_BACKLOG = 2048
_log = structlog.get_logger(__name__)


class NotStarted(RuntimeError):
    """An API process ended before it ever answered; its log says why."""


@dataclass(frozen=True)
class _Shared:
    """What all processes of a service have together: the file of buckets, the folder of meters."""

    buckets: int
    meters: str


class _Process:
    """One API process; `ready` once it answers."""

    def __init__(self, settings: Settings, port: socket.socket, shared: _Shared) -> None:
        self._told, tell = os.pipe()
        command = [sys.executable, "-m", "api.processes.one", "--port-from", str(port.fileno())]
        command += ["--buckets", str(shared.buckets), "--tell", str(tell)]
        # The pipe to its stdin ends with this process, however it ends; the other then stops by itself.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, pass_fds=(port.fileno(), shared.buckets, tell),
            env={**os.environ, **as_environment(settings), "PROMETHEUS_MULTIPROC_DIR": shared.meters},
        )  # fmt: skip
        os.close(tell)
        self.ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Null while it runs."""
        return self._process.poll()

    def fileno(self) -> int:
        """Return what to wait for until it is ready."""
        return self._told

    def hear(self) -> None:
        """Take what it told."""
        self.ready = bool(os.read(self._told, 1)) or self.ready

    def signal(self, number: signal.Signals) -> None:
        """Tell it something; nothing happens to one that is gone."""
        self._process.send_signal(number)

    def close(self) -> None:
        """Forget one that is gone."""
        os.close(self._told)
        if self._process.stdin is not None:
            self._process.stdin.close()


class ApiProcesses:
    """Several API processes on one port, until a signal.

    Parameters
    ----------
    settings
        What they shall know; they get them through their environment.
    host, port
        Where they listen; port 0 takes a free one.
    patience
        Seconds for which they may go on after a signal.
    """

    def __init__(self, settings: Settings, *, host: str, port: int, patience: float) -> None:
        self._settings = settings
        self._patience = patience
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._port = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        at, number = self._port.getsockname()[:2]
        self.address = f"http://{f'[{at}]' if ':' in at else at}:{number}/"
        self._running: list[_Process] = []
        self._leaving: list[_Process] = []  # another took over
        self._coming: _Process | None = None  # will take over from the first one that is due
        self._due: list[_Process] = []

    def run(self, *, ready: Callable[[str], None], renewed: Callable[[], None] = lambda: None) -> None:
        """Keep them running; `ready` is told the address once all answer, `renewed` when all are new.

        Raises
        ------
        NotStarted
            If one of the first ends before it answers.
        """
        with _signals() as told, shared_file() as buckets, TemporaryDirectory(prefix="meters") as meters:
            self._shared = _Shared(buckets, meters)
            try:
                self._running = [self._start() for _ in range(self._settings.api_processes)]
                said = renewing = False
                while not self._wait(told, {signal.SIGTERM, signal.SIGINT}):
                    self._look(started=said)
                    if not said and all(each.ready for each in self._running):
                        said = True
                        ready(self.address)
                    if renewing and not self._due and self._coming is None:
                        renewed()
                    renewing = bool(self._due) or self._coming is not None
            finally:
                self._end(told)

    def _start(self) -> _Process:
        return _Process(self._settings, self._port, self._shared)

    def _wait(self, told: int, ends: set[signal.Signals]) -> bool:
        """Wait a while for a signal, or until a process is ready; whether one came that ends all."""
        coming = [self._coming] if self._coming is not None else []
        starting = [each for each in [*self._running, *coming] if not each.ready and each.exit_code is None]
        readable, _, _ = select.select([told, *map(_Process.fileno, starting)], [], [], _LOOK_SECONDS)
        for process in starting:
            if process.fileno() in readable:
                process.hear()
        signals = set(os.read(told, 1024)) if told in readable else set()
        if signal.SIGHUP in signals:
            self._due = list(self._running)
        return bool(signals & ends)

    def _look(self, *, started: bool) -> None:
        """Start again what died, and let the next one take over where that is due."""
        for place, process in enumerate(self._running):
            if process.exit_code is not None:
                if not started:
                    raise NotStarted("an API process ended before it answered; the log says why")
                _log.warning("an API process died and is started again", exit_code=process.exit_code)
                process.close()
                self._due = [each for each in self._due if each is not process]
                self._running[place] = self._start()
        gone = [each for each in self._leaving if each.exit_code is not None]
        self._leaving = [each for each in self._leaving if each not in gone]
        for process in gone:
            process.close()
        self._take_over()

    def _take_over(self) -> None:
        if self._coming is None:
            if self._due:
                self._coming = self._start()
        elif self._coming.exit_code is not None:
            _log.warning(
                "a new API process did not start; the old ones stay", exit_code=self._coming.exit_code
            )
            self._coming.close()
            self._coming, self._due = None, []
        elif self._coming.ready and not self._due:  # the one that was due died meanwhile
            self._coming.signal(signal.SIGHUP)
            self._leaving.append(self._coming)
            self._coming = None
        elif self._coming.ready:
            old = self._due.pop(0)
            self._running[self._running.index(old)] = self._coming
            self._leaving.append(old)
            old.signal(signal.SIGHUP)
            self._coming = None

    def _end(self, told: int) -> None:
        """Take no more connections, let all finish, and kill what does not within the patience."""
        self._port.close()
        all_of_them = [*self._running, *self._leaving, *([self._coming] if self._coming else [])]
        for process in all_of_them:
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._patience
        while any(process.exit_code is None for process in all_of_them):
            readable, _, _ = select.select([told], [], [], _LOOK_SECONDS / 10)
            if readable and set(os.read(told, 1024)) & {signal.SIGTERM, signal.SIGINT}:
                for process in all_of_them:
                    process.signal(signal.SIGTERM)
            if time.monotonic() > deadline:
                for process in all_of_them:
                    process.signal(signal.SIGKILL)
        for process in all_of_them:
            process.close()


@contextmanager
def _signals() -> Iterator[int]:
    """Give what to read signals from, a byte each: nothing is done in their handlers."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def tell(number: int, _: FrameType | None) -> None:
        os.write(writing, bytes([number]))

    kinds = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(kind, tell) for kind in kinds]
    try:
        yield reading
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
        os.close(reading)
        os.close(writing)
