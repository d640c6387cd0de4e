"""One POST to an address that was checked: no redirects, no proxies, a deadline for the whole of it.

The standard library's client is enough: of the answer only the status and `Retry-After` count, and no byte of its body
is read. So a receiver can neither keep us busy nor show anybody what another host answered.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from pricing_service.webhooks.targets import Target

DEADLINE_S = 15.0


@dataclass(frozen=True)
class Answer:
    """What a receiver said: the status, and the header `Retry-After` as it came."""

    status: int
    retry_after: str | None


class Unanswered(Exception):
    """No answer came: no connection, no trust, no HTTP, or not in time; the text says which."""


def post(
    target: Target,
    addresses: Sequence[str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    deadline_s: float = DEADLINE_S,
) -> Answer:
    """Send to the first of the addresses that takes the connection.

    Raises
    ------
    Unanswered
        If no answer came within the deadline.
    """
    call = _Call(target, addresses, timeout=deadline_s)
    watch = threading.Timer(deadline_s, call.give_up)
    watch.daemon = True
    watch.start()
    try:
        call.request("POST", target.path, body=body, headers=dict(headers))
        with call.getresponse() as response:
            return Answer(response.status, response.headers.get("retry-after"))
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered("timeout" if call.given_up.is_set() else _words(error)) from error
    finally:
        watch.cancel()
        call.close()


class _Call(http.client.HTTPConnection):
    """A connection to addresses that were resolved before; the name only goes into TLS and `Host`."""

    def __init__(self, target: Target, addresses: Sequence[str], *, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self.default_port = 443 if target.tls else 80  # what `Host` leaves out
        self.given_up = threading.Event()
        self._tls = target.tls
        self._addresses = addresses

    def connect(self) -> None:
        """Connect to one of the addresses, and to nothing else."""
        self.sock = self._first_open()
        if self._tls:
            # The handshake comes after the assignment, so that `give_up` reaches it.
            self.sock = _trust().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def give_up(self) -> None:
        """End whatever the connection waits for; each read's own timeout would begin anew with every byte."""
        self.given_up.set()
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def _first_open(self) -> socket.socket:
        failure = OSError("the name has no address")
        for address in self._addresses:
            try:
                return socket.create_connection((address, self.port), timeout=self.timeout)
            except OSError as error:
                failure = error
            if self.given_up.is_set():
                break
        raise failure


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _words(error: Exception) -> str:
    """Name a failure without what the other side wrote."""
    if isinstance(error, ssl.SSLError):
        return "tls_failed"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "connection_failed" if isinstance(error, OSError) else "no_http"
