"""Durable background work: run an analysis step by step, show progress, cancel, take over after a kill.

::

    API process                     worker process                            child process (one per step)
    ───────────                     ──────────────                            ────────────────────────────
    analyses row, `queued`  ──►  relay ──► dbos queue ──► Runner ── step ──►  handler writes whole files
      (service.sqlite)           (worker.py)  (jobs.sqlite)  │   ◄─ progress ─┘ dies with the worker
             ▲                                               │                  or when cancelled
             └──────────── progress, effects, end ───────────┘

The row *is* the message. Accepting an analysis is one transaction in one database; a message in dbos's own
file would be a second one, and a kill between the two would lose or invent work. So the API process needs no
dbos at all, and the worker hands each queued row to dbos under the analysis's own id, which dbos takes once
however often it is offered. From there dbos remembers which steps are done and who runs what.

This package knows names and a table of handlers only; `api/worker.py` fills the table. Start reading in
`runner.py`.
"""

from pricing_service.jobs.handlers import Handler, Refused, Step, StepContext
from pricing_service.jobs.worker import run_worker

__all__ = ["Handler", "Refused", "Step", "StepContext", "run_worker"]
