"""The worker process: hands queued analyses to the durable queue, takes over from dead workers, tidies up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

import structlog

from pricing_service.config import Settings
from pricing_service.jobs.children import Children
from pricing_service.jobs.durable import POLL_S, DurableQueue
from pricing_service.jobs.handlers import Handler
from pricing_service.jobs.runner import Runner
from pricing_service.jobs.seats import Seat, take_free_seat
from pricing_service.storage import Storage
from pricing_service.storage.leftovers import sweep

_LOOK_AFTER_OTHERS_EVERY = 10  # rounds of 0.2 s
_SWEEP_EVERY = 3000

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
        children = Children(preload)
        runner = Runner(storage, handlers, children=children, stopping=stop_event.is_set)
        try:
            queue = DurableQueue(settings, runner, seat=seat)
            children.wait_until_ready()
            with queue:
                _log.info("worker ready", seat=seat.number)
                ready()
                _serve(storage, queue, seat=seat, stop_event=stop_event)
        finally:
            seat.leave()


def _serve(storage: Storage, queue: DurableQueue, *, seat: Seat, stop_event: threading.Event) -> None:
    """Relay and look after others, until the stop event or the loss of our seat."""
    # After a restored backup the service may call running what dbos has never heard of: offered again, it
    # starts over, and what dbos does know it takes only once.
    for workspace_id, analysis_id in storage.analyses.running():
        queue.offer(workspace_id, analysis_id)
    offered: set[str] = set()
    rounds = 0
    while not stop_event.wait(POLL_S):
        waiting = storage.analyses.queued()
        for workspace_id, analysis_id in waiting:
            if analysis_id not in offered:
                queue.offer(workspace_id, analysis_id)
        offered = {analysis_id for _, analysis_id in waiting}
        if rounds % _LOOK_AFTER_OTHERS_EVERY == 0:
            if not seat.held():
                _log.error("seat lost; another worker may have taken over", seat=seat.number)
                stop_event.set()
                return
            queue.take_over(storage)
            queue.tidy(storage)
        if rounds % _SWEEP_EVERY == 0:
            sweep(storage.database, storage.blobs)
            storage.idempotency.forget_expired()
            storage.webhook_deliveries.forget_old()
        rounds += 1
