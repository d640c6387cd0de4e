"""Answering requests on a port until a signal: alone, or as one of several processes that share it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.readiness import Drain
from pricing_service.config import Settings

# Longer than the longest wait that a caller may prefer would hold up every restart.
FINISH_SECONDS = 20
"""For the requests that run when no more are taken."""


def listen(app: FastAPI, *, host: str, port: int, ready: Callable[[str], None], drained: float = 0.0) -> None:
    """Answer requests until a signal; `ready` is told the address once it is open.

    After the first signal `/readyz` says 503 for `drained` seconds while requests are still taken. Then none is taken
    any more, and those that run are finished, up to a bound. A second signal ends the wait.
    """
    with suppress(KeyboardInterrupt):
        _Server(_config(app, host=host, port=port), ready=ready, drain=app.state.drain, drained=drained).run()


def answer_on(port: socket.socket, app: FastAPI, *, ready: Callable[[str], None]) -> None:
    """Answer requests beside other processes on a port that is open: `listen` for one of several.

    Ctrl-C reaches all processes of a terminal; the one that started this one says what it means. At SIGHUP another
    process is there to take over: no new connections are taken, and open ones end with their next answer.
    """
    settings: Settings = app.state.settings
    server = _OneOfSeveral(_config(app), ready=ready, drain=app.state.drain, drained=drained(settings))
    server.hand_over_seconds = settings.drain_seconds
    server.run(sockets=[port])


def _config(app: FastAPI, *, host: str = "127.0.0.1", port: int = 8000) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # `Telemetry` logs routes, not paths
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )


def end_at_sigterm() -> None:
    """Turn SIGTERM into an orderly end: the server re-raises it after draining."""

    def end(_: int, __: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)


def drained(settings: Settings) -> float:
    """Return for how many seconds requests are still taken after a signal."""
    return 0.0 if settings.dev else settings.drain_seconds


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


class _OneOfSeveral(_Server):
    """Goes down when its starter says so, or hands over to another process on the same port."""

    hand_over_seconds = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leave Ctrl-C to the starter."""
        if sig != signal.SIGINT:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port, and from then on hand over at SIGHUP."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hand_over)
        await super().startup(sockets)

    def _hand_over(self) -> None:
        self._drain.hand_over()
        for server in self.servers:
            server.close()
        # Idle connections are closed by the framework after five seconds, busy ones end with their next answer.
        end = threading.Timer(
            self.hand_over_seconds, uvicorn.Server.handle_exit, (self, signal.SIGTERM, None)
        )
        end.daemon = True
        end.start()
