"""The sender: takes due deliveries one by one, signs them, posts them, and writes down what came of it.

Any number of senders may run, in threads and in processes: a delivery is in the hand of one at a time.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from pricing_service.config import Settings, UnsafeSettings
from pricing_service.storage import Storage, utc_now
from pricing_service.storage.webhook_deliveries import Due, Settlement
from pricing_service.webhooks.posting import Answer, Unanswered, post
from pricing_service.webhooks.retries import next_try
from pricing_service.webhooks.signatures import secrets_in_force, signature_header
from pricing_service.webhooks.targets import (
    Resolver,
    Rules,
    TargetRefused,
    parse_target,
    reachable,
    system_resolver,
)

_POLL_S = 1.0
_PAUSE_AFTER_TROUBLE_S = 5.0
_CHANCE = secrets.SystemRandom()
_log = structlog.get_logger(__name__)


class Sender:
    """Sends what is due.

    Parameters
    ----------
    storage
        Where deliveries are.
    clock
        Says what time is signed, and from when a retry counts.
    resolve
        Finds a name's addresses.
    chance
        Draws from 0 to 1 how much later than its step a retry comes.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Callable[[], datetime],
        resolve: Resolver = system_resolver,
        chance: Callable[[], float] = _CHANCE.random,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._resolve = resolve
        self._chance = chance
        self._rules = rules_of(storage.settings)
        self._service_secret = storage.settings.secret_bytes()

    def send_next(self) -> bool:
        """Try the delivery that has been due for longest; false if none is."""
        due = self._storage.webhook_deliveries.claim()
        if due is None:
            return False
        settlement = self._settlement(due)
        self._storage.webhook_deliveries.settle(due.workspace_id, due, settlement)
        _log.info(
            "webhook sent",
            workspace=due.workspace_id,
            endpoint=due.endpoint.id,
            webhook=due.event_id,
            outcome=settlement.status,
            **settlement.attempt,
        )
        return True

    def run(self, stop_event: threading.Event) -> None:
        """Send until told to stop; a database that fails for a while is waited for."""
        pause = 0.0
        while not stop_event.wait(pause):
            try:
                pause = 0.0 if self.send_next() else _POLL_S
            except DBAPIError as error:
                _log.error("webhooks wait for the database", cause=type(error).__name__)
                pause = _PAUSE_AFTER_TROUBLE_S

    def _settlement(self, due: Due) -> Settlement:
        """Try once, and judge what came of it."""
        try:
            answer = self._post(due)
        except TargetRefused:
            return self._again(due, _attempt(self._clock(), error="target_refused"))
        except Unanswered as failure:
            return self._again(due, _attempt(self._clock(), error=str(failure)))
        except OSError:
            return self._again(due, _attempt(self._clock(), error="name_not_resolved"))
        attempt = _attempt(self._clock(), status=answer.status)
        if 200 <= answer.status < 300:
            return Settlement("delivered", attempt)
        if answer.status == 410:
            return Settlement("failed", {**attempt, "error": "gone"}, disable="gone")
        error = "redirected" if 300 <= answer.status < 400 else "refused"
        return self._again(due, {**attempt, "error": error}, retry_after=answer.retry_after)

    def _post(self, due: Due) -> Answer:
        target = parse_target(due.endpoint.url, self._rules)
        addresses = reachable(target, self._rules, resolve=self._resolve)
        body, now = body_of(due), self._clock()
        stamp = int(now.timestamp())
        keys = secrets_in_force(due.endpoint, service_secret=self._service_secret, now=now)
        headers = {
            "content-type": "application/json",
            "user-agent": "pricing-service",
            "webhook-id": due.event_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature_header(keys, message_id=due.event_id, timestamp=stamp, body=body),
        }
        return post(target, addresses, headers=headers, body=body)

    def _again(self, due: Due, attempt: dict[str, Any], *, retry_after: str | None = None) -> Settlement:
        following = next_try(due.tried, now=self._clock(), chance=self._chance(), retry_after=retry_after)
        if following is None:
            return Settlement("failed", attempt, disable="failing")
        return Settlement("waiting", attempt, next_try=following)


def body_of(due: Due) -> bytes:
    """Write the payload; every attempt has the same bytes."""
    told = {"type": due.type, "timestamp": due.happened_at.isoformat(), "data": due.data}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def rules_of(settings: Settings) -> Rules:
    """Give what an installation allows."""
    return Rules(networks=settings.webhook_networks, dev=settings.dev)


def send_webhooks(settings: Settings, *, stop_event: threading.Event) -> threading.Thread:
    """Send from `webhook_senders` threads until told to stop; answers the thread that keeps them going.

    It ends when all have, but need not be waited for: what is in hand when a worker ends is sent by the next one.
    """
    thread = threading.Thread(target=_keep_sending, args=(settings, stop_event), name="webhooks", daemon=True)
    thread.start()
    return thread


def _keep_sending(settings: Settings, stop_event: threading.Event) -> None:
    """Keep as many senders going as there shall be; one that an unforeseen fault ended is replaced."""
    with Storage.open(settings) as storage:
        try:
            sender = Sender(storage, clock=utc_now)
        except UnsafeSettings:
            _log.warning("webhooks are not sent by this worker: it has no service secret to sign with")
            return
        senders: list[threading.Thread] = []
        while not stop_event.is_set():
            senders = [thread for thread in senders if thread.is_alive()]
            for _ in range(settings.webhook_senders - len(senders)):
                senders.append(threading.Thread(target=sender.run, args=(stop_event,), daemon=True))
                senders[-1].start()
            stop_event.wait(_POLL_S)
        for thread in senders:
            thread.join()


def _attempt(now: datetime, *, status: int | None = None, error: str | None = None) -> dict[str, Any]:
    return {"at": now.isoformat(), "status": status, "error": error}
