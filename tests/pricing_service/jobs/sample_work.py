"""Handlers and a worker process for the tests of jobs: small, real, and found by name in a child process."""

import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from pricing_service.config import Settings
from pricing_service.jobs import Handler, Refused, Step, StepContext, run_worker
from pricing_service.storage.blobs import whole_file, write_whole


def draw(context: StepContext) -> None:
    """Write many pieces slowly, so that a kill has something to interrupt; log each run of the step."""
    _log(context, "draw")
    stream = random.Random(context.seed)
    pieces = int(context.options.get("pieces", 20))
    for piece in range(pieces):
        with whole_file(context.folder / f"piece-{piece:03}.txt") as temporary:
            temporary.write_text("\n".join(str(stream.random()) for _ in range(1000)))
        context.progress("drawing", piece + 1, pieces)
        time.sleep(float(context.options.get("pause_s", 0.0)))
    while context.options.get("hold") and not (context.settings.data_folder / "go").exists():
        time.sleep(0.02)


def add_up(context: StepContext) -> None:
    """Read the pieces, write the result."""
    _log(context, "add_up")
    pieces = sorted(context.folder.glob("piece-*.txt"))
    total = sum(float(line) for piece in pieces for line in piece.read_text().splitlines())
    time.sleep(float(context.options.get("pause_s", 0.0)))
    write_whole(context.folder / "result.json", f'{{"total": {total!r}}}'.encode())


def count_forever(context: StepContext) -> None:
    """Stay inside one C call that never lets the interpreter in."""
    write_whole(context.folder / "child.pid", str(os.getpid()).encode())
    context.progress("counting", 0, 1)
    sum(range(10**15))


def hoard(context: StepContext) -> None:
    """Hold much memory, and sleep on it."""
    held = b"x" * (600 * 1024 * 1024)
    write_whole(context.folder / "child.pid", str(os.getpid()).encode())
    while held:
        time.sleep(0.02)


def refuse(context: StepContext) -> None:
    """Turn the analysis down."""
    raise Refused("missing_tables", "outcomes are missing", [{"table": "outcomes", "code": "missing"}])


def break_down(context: StepContext) -> None:
    """Fail in an unforeseen way, with a secret in the message."""
    raise ZeroDivisionError("secret-in-traceback")


def die(context: StepContext) -> None:
    """End as the kernel ends a process that takes too much memory."""
    os.kill(os.getpid(), 9)


def forget_result(context: StepContext) -> None:
    """Write nothing."""


HANDLERS = {
    "sum": Handler((Step("draw", draw), Step("add_up", add_up))),
    "forever": Handler((Step("count_forever", count_forever),)),
    "hoard": Handler((Step("hoard", hoard),)),
    "refused": Handler((Step("refuse", refuse),)),
    "broken": Handler((Step("break_down", break_down),)),
    "dead": Handler((Step("die", die),)),
    "empty": Handler((Step("forget_result", forget_result),)),
}


def _log(context: StepContext, step: str) -> None:
    runs = context.settings.data_folder / "runs.log"
    with runs.open("a") as file:
        file.write(f"{context.job} {step}\n")


if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_worker(
        Settings(data_folder=Path(sys.argv[1]), database_url=sys.argv[2] or None, dev=True),
        HANDLERS,
        stop_event=stop,
        ready=lambda: print("worker is ready", flush=True),  # noqa: T201 - the test waits for it
    )
