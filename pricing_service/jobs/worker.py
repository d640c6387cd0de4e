"""The worker process: hands queued analyses to dbos, and takes over what dead workers left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from pricing_service.config import Settings
from pricing_service.jobs.children import Children
from pricing_service.jobs.handlers import Handler
from pricing_service.jobs.runner import Runner
from pricing_service.jobs.seats import Seat, seat_name, seat_number, take_free_seat, try_seat
from pricing_service.storage import Storage

if TYPE_CHECKING:
    from dbos import Queue

_POLL_S = 0.2  # how often queued rows are looked for; a query of them costs about 0.1 ms
_LOOK_AFTER_OTHERS_S = 2.0
_QUEUE = "analyses"
_GIVE_UP_AFTER = 100  # takeovers of one analysis; steps that kill their own child do not count
# What a step does wrong is an outcome; what still raises is the database, and that comes back.
_RETRIES = {"retries_allowed": True, "max_attempts": 5, "interval_seconds": 1.0}

_log = structlog.get_logger(__name__)


def run_worker(
    settings: Settings,
    handlers: Mapping[str, Handler],
    *,
    stop_event: threading.Event,
    preload: Sequence[str] = (),
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run analyses until told to stop. One worker in a process; any number of processes.

    Parameters
    ----------
    settings
        Where the data are and how many analyses run at a time.
    handlers
        Kind → handler.
    stop_event
        Set it to stop: running steps are killed within a second and resume with the next worker.
    preload
        Modules that every step's process finds imported.
    ready
        Called once when the worker takes work.

    Raises
    ------
    AllSeatsTaken
        64 workers are running already.
    """
    with Storage.open(settings) as storage:
        seat = take_free_seat(storage)
        runner = Runner(storage, handlers, children=Children(preload), stopping=stop_event.is_set)
        try:
            with _Durable(settings, runner, seat=seat) as durable:
                _log.info("worker ready", seat=seat.number)
                ready()
                _serve(storage, durable, seat=seat, stop_event=stop_event)
        finally:
            seat.leave()


def _serve(storage: Storage, durable: _Durable, *, seat: Seat, stop_event: threading.Event) -> None:
    """Relay and look after others, until the stop event or the loss of our seat."""
    # After a restored backup the service may call running what dbos has never heard of: offered again, it
    # starts over, and what dbos does know it takes only once.
    for workspace_id, analysis_id in storage.analyses.running():
        durable.offer(workspace_id, analysis_id)
    offered: set[str] = set()
    rounds = 0
    while not stop_event.wait(_POLL_S):
        waiting = storage.analyses.queued()
        for workspace_id, analysis_id in waiting:
            if analysis_id not in offered:
                durable.offer(workspace_id, analysis_id)
        offered = {analysis_id for _, analysis_id in waiting}
        rounds += 1
        if rounds % int(_LOOK_AFTER_OTHERS_S / _POLL_S) == 0:
            if not seat.held():
                _log.error("seat lost; another worker may have taken over", seat=seat.number)
                stop_event.set()
            else:
                durable.take_over(storage, own_seat=seat.number)
                durable.close_the_given_up(storage)


class _Durable:
    """dbos, and the only place that knows it."""

    def __init__(self, settings: Settings, runner: Runner, *, seat: Seat) -> None:
        from dbos import DBOS, SetWorkflowID  # noqa: PLC0415 - 0.7 CPU-seconds that only a worker needs

        self._dbos: Any = DBOS
        self._under_id: Any = SetWorkflowID
        DBOS(
            config={
                "name": "pricing-service",
                "system_database_url": settings.jobs_url,
                "executor_id": seat_name(seat.number),
                # Steps are found by name and repeat safely, so any version may finish another's work.
                "application_version": "1",
                "console_log_level": "ERROR",
                "log_level": "ERROR",
            }
        )

        @DBOS.workflow(name="analysis", max_recovery_attempts=_GIVE_UP_AFTER)
        def analysis(workspace_id: str, analysis_id: str) -> None:
            runner.run(
                workspace_id,
                analysis_id,
                remember=lambda name, work: self._dbos.run_step({"name": name, **_RETRIES}, work),
            )

        self._workflow = analysis
        self._worker_jobs = settings.worker_jobs
        self._queue: Queue

    def __enter__(self) -> _Durable:
        self._dbos.listen_queues([_QUEUE])
        self._dbos.launch()
        self._queue = self._dbos.register_queue(
            _QUEUE,
            worker_concurrency=self._worker_jobs,
            polling_interval_sec=_POLL_S,
            on_conflict="always_update",
        )
        return self

    def __exit__(self, *exception: object) -> None:
        # A stopping runner lets go of its step within 0.25 s; what it was doing stays pending.
        self._dbos.destroy(destroy_registry=True, workflow_completion_timeout_sec=3)

    def offer(self, workspace_id: str, analysis_id: str) -> None:
        """Hand an analysis to dbos; again changes nothing."""
        with self._under_id(analysis_id):
            self._queue.enqueue(self._workflow, workspace_id, analysis_id)

    def take_over(self, storage: Storage, *, own_seat: int) -> None:
        """Put back into the queue what dead workers had begun."""
        pending = self._dbos.list_workflows(
            status="PENDING", queue_name=_QUEUE, load_input=False, load_output=False
        )
        numbers = {seat_number(workflow.executor_id or "") for workflow in pending} - {own_seat, None}
        for number in sorted(number for number in numbers if number is not None):
            seat = try_seat(storage, number)
            if seat is None:
                continue  # its worker lives
            try:
                handles = self._dbos._recover_pending_workflows([seat_name(number)])
                _log.warning("took over from a dead worker", seat=number, analyses=len(handles))
            finally:
                seat.leave()

    def close_the_given_up(self, storage: Storage) -> None:
        """End the analyses that dbos has given up, after too many takeovers or a broken database."""
        for workflow in self._dbos.list_workflows(status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]):
            workspace_id, analysis_id = workflow.input["args"]
            error = {
                "code": "internal_error",
                "message": "the analysis could not be brought to an end; the service's log says why",
                "faults": [],
            }
            if storage.analyses.finish(workspace_id, analysis_id, "failed", error=error):
                _log.error("gave up", analysis=analysis_id, workspace=workspace_id, cause=str(workflow.error))
