"""An application that listens on a port of this machine, for whatever asks over real HTTP."""

from __future__ import annotations

import threading
from typing import Any

import uvicorn


class listening:  # noqa: N801  (a context manager, used as a verb)
    """Serve an application at a port while the block runs."""

    def __init__(self, app: Any, port: int) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            self._thread.join(0.02)

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)
