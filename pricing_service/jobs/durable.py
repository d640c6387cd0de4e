"""dbos, and the only place that knows it: a durable queue of analyses, taken up again after a kill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from pricing_service.config import Settings
from pricing_service.jobs.runner import Runner
from pricing_service.jobs.seats import Seat, seat_name, seat_number, try_seat
from pricing_service.storage import Storage

if TYPE_CHECKING:
    from dbos import Queue

POLL_S = 0.2  # how often the queue is looked at
_QUEUE = "analyses"
_GIVE_UP_AFTER = 100  # takeovers of one analysis; steps that end their own child do not count
# What a step does wrong is an outcome; what still raises is the database, and that comes back.
_RETRIES = {"retries_allowed": True, "max_attempts": 5, "interval_seconds": 1.0}

_log = structlog.get_logger(__name__)


class DurableQueue:
    """Runs what it is offered, once; to be used in a `with` block, one in a process.

    Parameters
    ----------
    settings
        Where dbos keeps its tables, and how many analyses run at a time.
    runner
        Runs one analysis.
    seat
        Who we are; our predecessor on the seat left us its work.
    """

    def __init__(self, settings: Settings, runner: Runner, *, seat: Seat) -> None:
        from dbos import DBOS, SetWorkflowID  # noqa: PLC0415  0.7 CPU-seconds that only a worker needs

        self._dbos: Any = DBOS
        self._under_id: Any = SetWorkflowID
        self._own_seat = seat.number
        self._worker_jobs = settings.worker_jobs
        self._queue: Queue
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

    def __enter__(self) -> DurableQueue:
        self._dbos.listen_queues([_QUEUE])
        self._dbos.launch()
        self._queue = self._dbos.register_queue(
            _QUEUE,
            worker_concurrency=self._worker_jobs,
            polling_interval_sec=POLL_S,
            on_conflict="always_update",
        )
        return self

    def __exit__(self, *exception: object) -> None:
        # A stopping runner lets go of its step within 0.25 s; what it was doing stays pending.
        self._dbos.destroy(destroy_registry=True, workflow_completion_timeout_sec=3)

    def offer(self, workspace_id: str, analysis_id: str) -> None:
        """Take an analysis into the queue; again changes nothing."""
        with self._under_id(analysis_id):
            self._queue.enqueue(self._workflow, workspace_id, analysis_id)

    def take_over(self, storage: Storage) -> None:
        """Put back into the queue what dead workers had begun."""
        for number in sorted(self._other_seats()):
            seat = try_seat(storage, number)
            if seat is None:
                continue  # its worker lives
            try:
                handles = self._dbos._recover_pending_workflows([seat_name(number)])
                _log.warning("took over from a dead worker", seat=number, analyses=len(handles))
            finally:
                seat.leave()

    def tidy(self, storage: Storage) -> None:
        """End the analyses that dbos has given up, and forget what has ended: the service's rows remember.

        dbos gives up after too many takeovers, or when its own database failed for longer than the retries.
        """
        over = ["SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        ended = self._dbos.list_workflows(status=over, queue_name=_QUEUE, limit=100)
        for workflow in ended:
            if workflow.status == "SUCCESS":
                continue
            workspace_id, analysis_id = workflow.input["args"]
            message = "the analysis could not be brought to an end; the service's log says why"
            error = {"code": "internal_error", "message": message, "faults": []}
            if storage.analyses.finish(workspace_id, analysis_id, "failed", error=error):
                _log.error("gave up", analysis=analysis_id, workspace=workspace_id, cause=str(workflow.error))
        if ended:
            self._dbos.delete_workflows([workflow.workflow_id for workflow in ended])

    def _other_seats(self) -> set[int]:
        """Seats that have begun something, but ours."""
        begun = self._dbos.list_workflows(
            status="PENDING", queue_name=_QUEUE, load_input=False, load_output=False
        )
        numbers = {seat_number(workflow.executor_id or "") for workflow in begun}
        return {number for number in numbers if number is not None} - {self._own_seat}
