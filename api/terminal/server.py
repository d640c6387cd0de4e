"""`serve` and `worker`: processes that stay, and stop in order at SIGTERM."""

from __future__ import annotations

import ipaddress
import os
import threading

from api.app import create_app
from api.datasets import DatasetDesk
from api.listening import FINISH_SECONDS, drained, end_at_sigterm, listen
from api.local_workspace import make_local_workspace
from api.problems import Refused
from api.processes.several import ApiProcesses
from api.telemetry import log_to_stderr
from api.terminal import screen
from api.worker_process import WorkerProcess
from pricing_service.config import Settings
from pricing_service.storage import Storage


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
    end_at_sigterm()
    if settings.api_processes > 1:
        _serve_several(settings, host=host, port=port)
        return
    app = create_app(settings)
    app.state.datasets.finish_forgetting()
    with WorkerProcess(settings):
        listen(app, host=host, port=port, ready=_say_ready, drained=drained(settings))


def _serve_several(settings: Settings, *, host: str, port: int) -> None:
    # The port first: where it is taken, nothing is migrated.
    processes = ApiProcesses(
        settings, host=host, port=port, patience=settings.drain_seconds + FINISH_SECONDS + 5
    )
    with Storage.open(settings) as storage:
        if settings.dev:
            make_local_workspace(storage)
        DatasetDesk(storage).finish_forgetting()
    with WorkerProcess(settings) as worker:
        processes.run(ready=_say_ready, renewed=worker.renew)


def _say_ready(url: str) -> None:
    screen.say(f"ready {url}")


def work(settings: Settings, *, until_stdin_ends: bool, quiet: bool) -> None:
    """Run queued analyses until SIGTERM, Ctrl-C, or the end of the process that started this one."""
    from api import worker  # noqa: PLC0415  the serving process does without its imports

    log_to_stderr(quiet=quiet)
    stop = threading.Event()
    if until_stdin_ends:
        threading.Thread(target=_stop_with_stdin, args=(stop,), daemon=True).start()
    worker.work(settings, stop_event=stop)


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
