"""`serve` and `worker`: processes that stay, and stop in order at SIGTERM."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.problems import Refused
from api.readiness import Drain
from api.telemetry import log_to_stderr
from api.terminal import screen
from api.worker_process import WorkerProcess
from pricing_service.config import Settings

# Longer than the longest wait that a caller may prefer would hold up every restart.
_DRAIN_SECONDS = 20


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the API with a worker beside it, until SIGTERM or Ctrl-C.

    Raises
    ------
    UnsafeSettings
        Outside `dev` without a secret.
    Refused
        In `dev`, for an address that others can reach.
    """
    log_to_stderr()
    settings.secret_bytes()
    if settings.dev and not _is_loopback(host):
        raise Refused(f"--dev serves this machine only, and {host} can be reached from others.")
    app = create_app(settings)
    app.state.datasets.finish_forgetting()
    end_at_sigterm()
    with WorkerProcess(settings):
        drained = 0.0 if settings.dev else settings.drain_seconds
        listen(app, host=host, port=port, ready=lambda url: screen.say(f"ready {url}"), drained=drained)


def listen(app: FastAPI, *, host: str, port: int, ready: Callable[[str], None], drained: float = 0.0) -> None:
    """Answer requests until a signal; `ready` is told the address once it is open.

    After the first signal `/readyz` says 503 for `drained` seconds while requests are still taken. Then none is taken
    any more, and those that run are finished, up to a bound. A second signal ends the wait.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # `Telemetry` logs routes, not paths
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        _Server(config, ready=ready, drain=app.state.drain, drained=drained).run()


def work(settings: Settings, *, until_stdin_ends: bool, quiet: bool) -> None:
    """Run queued analyses until SIGTERM, Ctrl-C, or the end of the process that started this one."""
    from api import worker  # noqa: PLC0415  the serving process does without its imports

    log_to_stderr(quiet=quiet)
    stop = threading.Event()
    if until_stdin_ends:
        threading.Thread(target=_stop_with_stdin, args=(stop,), daemon=True).start()
    worker.work(settings, stop_event=stop)


def end_at_sigterm() -> None:
    """Turn SIGTERM into an orderly end: the server re-raises it after draining."""

    def end(_: int, __: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)


class _Server(uvicorn.Server):
    """Says when it listens, and at a signal first that it is not ready any more."""

    def __init__(
        self, config: uvicorn.Config, *, ready: Callable[[str], None], drain: Drain, drained: float
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._drain = drain
        self._drained = drained

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let whoever balances the load see that we go down, then end as the framework does."""
        if self._drain.begun or not self._drained:
            self._drain.begin()
            super().handle_exit(sig, frame)
            return
        self._drain.begin()
        end = threading.Timer(self._drained, super().handle_exit, (sig, None))
        end.daemon = True
        end.start()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port, then tell."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._ready(f"http://{host}:{port}/")


def _stop_with_stdin(stop: threading.Event) -> None:
    # Not through sys.stdin: at the interpreter's end its lock would still be held by this thread.
    while os.read(0, 1024):
        pass
    stop.set()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
