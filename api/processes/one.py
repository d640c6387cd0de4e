"""One of several API processes: answers on the port that its starter opened, and tells it when it does."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import threading
from contextlib import suppress
from functools import partial

from api.app import create_app
from api.listening import answer_on, end_at_sigterm
from api.telemetry import log_to_stderr
from pricing_service.config import Settings


def main() -> None:
    """Serve until SIGTERM, or until the starter is gone; SIGHUP: another process takes over from this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port-from", type=int, required=True, help="file descriptor of a listening socket")
    parser.add_argument(
        "--buckets", type=int, required=True, help="file descriptor of what all of them share"
    )
    parser.add_argument("--tell", type=int, required=True, help="file descriptor to write to once it answers")
    arguments = parser.parse_args()
    log_to_stderr()
    end_at_sigterm()
    threading.Thread(target=_end_with_starter, daemon=True).start()
    app = create_app(Settings(), shared_buckets=arguments.buckets)
    port = socket.socket(fileno=arguments.port_from)
    with suppress(SystemExit):
        answer_on(port, app, ready=partial(_tell, arguments.tell))
    os._exit(0)  # all is written and closed; to take the interpreter apart takes seconds on a busy machine


def _tell(place: int, _: str) -> None:
    os.write(place, b"1")


def _end_with_starter() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
