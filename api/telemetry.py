"""What the operator sees: one log line and one measurement a request, without any caller's data in them."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.readiness import Drain
from pricing_service.storage import Tally

_SHARED = (
    "PROMETHEUS_MULTIPROC_DIR"  # the library's name: with it set at import, meters are files in that folder
)
_CLOSE = (b"connection", b"close")
_log = structlog.get_logger("api")


def log_to_stderr(*, quiet: bool = False) -> None:
    """Send the log to stderr, a line of JSON each: stdout belongs to what the commands say."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning" if quiet else "info"),
        # Today's stderr, looked up line by line: whoever embeds the app may replace and close the one of now.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


class Meters:
    """The meters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("http_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "http_request_duration_seconds", "Time to answer", ("method", "route"), registry=self.registry
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def note(self, method: str, route: str, status: int, *, seconds: float) -> None:
        """Count one answer; the meter of its labels is looked up once, for that costs more than to count."""
        children = self._children.get((method, route, status))
        if children is None:
            children = (
                self.requests.labels(method, route, str(status)),
                self.seconds.labels(method, route),
            )
            self._children[method, route, status] = children
        children[0].inc()
        children[1].observe(seconds)

    def page(self, *, waiting: int, webhooks: Tally) -> bytes:
        """Write the meters in Prometheus' text format, of all processes that share a folder of meters."""
        counted = self.registry
        if _SHARED in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library has no types
        now = CollectorRegistry()
        now.register(_Now(waiting, webhooks))
        return generate_latest(counted) + generate_latest(now)


class _Now(Collector):
    """What is counted when it is asked for, and is the same whichever process is asked."""

    def __init__(self, waiting: int, webhooks: Tally) -> None:
        self._waiting = waiting
        self._webhooks = webhooks

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("analyses_waiting", "Analyses that wait for a worker", self._waiting)
        deliveries = GaugeMetricFamily(
            "webhook_deliveries", "Deliveries that are kept, by status", labels=("status",)
        )
        for status, count in self._webhooks.deliveries.items():
            deliveries.add_metric((status,), count)
        yield deliveries
        about = "For how long the oldest delivery that waits has waited"
        yield GaugeMetricFamily("webhook_oldest_waiting_seconds", about, self._webhooks.oldest_waiting)


class Telemetry:
    """Measure and log every request by its route, never by its path: paths carry customers' ids."""

    def __init__(self, app: ASGIApp, *, meters: Meters, drain: Drain | None = None) -> None:
        self.app = app
        self.meters = meters
        self.drain = drain or Drain()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, request_id = time.perf_counter(), 500, secrets.token_hex(16)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
                if self.drain.closing:
                    message["headers"].append(_CLOSE)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "(none)")
            method = scope["method"] if scope["method"] in _METHODS else "(other)"
            self.meters.note(method, route, status, seconds=seconds)
            _log.info(
                "request",
                id=request_id,
                method=method,
                route=route,
                status=status,
                milliseconds=round(1000 * seconds, 1),
            )


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
