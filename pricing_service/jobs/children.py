"""One step in a process of its own: it can be killed at any moment, and its memory comes back.

Children are forked from a server process that has the heavy imports done (scikit-learn alone takes 1.9
CPU-seconds) and no threads running; where the system has no fork server they are spawned.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from pricing_service.jobs.bounds import Bounds
from pricing_service.jobs.handlers import Refused, Step, StepContext
from pricing_service.jobs.lifeline import hold_on_to

_LOOK_EVERY_S = 0.25  # how often progress is stored, at most, and how soon a cancel is seen


class Unwanted(Exception):
    """The analysis was cancelled or deleted while the step ran; the child is dead."""


class WorkerStops(BaseException):
    """The worker is going down; the child is dead, and the analysis goes on after the next start.

    Not an `Exception`: nothing may record it as an outcome.
    """


class Broken(Exception):
    """The step raised something unforeseen, or its process died; the text is for the log."""


@dataclass(frozen=True)
class Supervision:
    """How the worker accompanies a child.

    Parameters
    ----------
    wanted
        Asked at least every second whether the step shall go on.
    stopping
        Asked as often whether the worker is going down.
    report
        Told `(step, done, total)`, at most four times a second and once at the end.
    bounds
        Asked as often whether the step's process uses more than it may.
    """

    wanted: Callable[[], bool]
    stopping: Callable[[], bool]
    report: Callable[[str, int, int], None]
    bounds: Bounds | None = None


class Children:
    """Starts children; one per worker.

    Parameters
    ----------
    preload
        Modules that the fork server imports once, so that a child starts within milliseconds.
    """

    def __init__(self, preload: Sequence[str] = ()) -> None:
        self._context: Any
        if "forkserver" in multiprocessing.get_all_start_methods():
            self._context = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload(["pricing_service.jobs.children", *preload])
            forkserver.ensure_running()  # the imports go on while the worker waits for its first work
        else:
            self._context = multiprocessing.get_context("spawn")

    def wait_until_ready(self) -> None:
        """Wait until the fork server has its imports done.

        Until then a starting child would block its worker, which could see neither a cancel nor its own stop.
        """
        process = self._context.Process(target=_do_nothing, daemon=True)
        process.start()
        process.join()

    def run(self, step: Step, context: StepContext, supervision: Supervision) -> None:
        """Run a step to its end.

        Raises
        ------
        Refused
            The step says so, or it uses more than it may.
        Broken
            Anything else went wrong.
        Unwanted, WorkerStops
            The child was killed, because of a cancel or because the worker stops.
        """
        messages, messages_in = self._context.Pipe(duplex=False)
        lifeline, lifeline_held = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_live,
            args=(step, context, messages_in, lifeline),
            name=f"{context.job}-{step.name}",
            daemon=True,
        )
        try:
            process.start()
            messages_in.close()
            lifeline.close()
            self._accompany(process, messages, supervision)
        finally:
            if process.pid is not None:
                process.kill()
                process.join()
            for end in (messages, messages_in, lifeline, lifeline_held):
                end.close()

    def _accompany(self, process: BaseProcess, messages: Connection, supervision: Supervision) -> None:
        watch = _Watch(supervision, process.pid)
        while True:
            if not wait([messages], timeout=_LOOK_EVERY_S):
                watch.look()
                continue
            try:
                what, content = messages.recv()
            except EOFError:
                process.join()
                raise Broken(_last_words(process.exitcode)) from None
            if what == "refused":
                raise Refused(*content)
            if what == "broken":
                raise Broken(content)
            if what == "done":
                watch.report()
                return
            watch.progress = content
            watch.look()


class _Watch:
    """Passes progress on and looks whether to go on, neither too often nor too seldom."""

    def __init__(self, supervision: Supervision, pid: int | None) -> None:
        self._supervision = supervision
        self._pid = pid
        self._looked = time.monotonic()
        self.progress: tuple[str, int, int] | None = None

    def look(self) -> None:
        """Look whether to go on, if it is time to."""
        if time.monotonic() - self._looked < _LOOK_EVERY_S:
            return
        self._looked = time.monotonic()
        if self._supervision.stopping():
            raise WorkerStops
        if not self._supervision.wanted():
            raise Unwanted
        if self._supervision.bounds is not None:
            self._supervision.bounds.refuse_beyond(self._pid)
        self.report()

    def report(self) -> None:
        """Pass on the newest progress, if there is any."""
        if self.progress is not None:
            self._supervision.report(*self.progress)
            self.progress = None


def _live(step: Step, context: StepContext, messages: Connection, lifeline: Connection) -> None:
    """Be the child: run the step, tell how it went."""
    hold_on_to(lifeline)

    def progress(label: str, done: int, total: int) -> None:
        messages.send(("progress", (str(label), int(done), int(total))))

    with _Testament(messages):
        step.run(replace(context, progress=progress))


@dataclass(frozen=True)
class _Testament:
    """Tells the worker how the step ended, whatever ended it."""

    messages: Connection

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if error is None:
            self.messages.send(("done", None))
        elif isinstance(error, Refused):
            self.messages.send(("refused", (error.code, error.message, error.faults)))
        else:
            self.messages.send(("broken", "".join(traceback.format_exception(error))))
        return True


def _do_nothing() -> None:
    """Be the first child."""


def _last_words(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        return f"the process was ended by signal {-exitcode}; signal 9 often means too little memory"
    return f"the process ended with exit code {exitcode} and without a word"
