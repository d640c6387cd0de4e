"""A post goes where it was told, believes no redirect, and ends in time whatever the other side does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from pricing_service.webhooks.posting import Answer, Unanswered, post
from pricing_service.webhooks.targets import Target
from tests.pricing_service.webhooks.receiver import Receiver


def target(port: int, *, tls: bool = False) -> Target:
    return Target(tls=tls, host="name.example", port=port, path="/hook")


def send(
    port: int, *, tls: bool = False, addresses: tuple[str, ...] = ("127.0.0.1",), s: float = 10
) -> Answer:
    return post(target(port, tls=tls), addresses, headers={"webhook-id": "evt_1"}, body=b"{}", deadline_s=s)


def test_the_connection_goes_to_the_given_address_and_the_name_into_the_host_header(
    receiver: Receiver,
) -> None:
    assert send(receiver.port) == Answer(200, None)
    assert receiver.received[0].headers["host"] == f"name.example:{receiver.port}"
    assert receiver.received[0].body == b"{}"


def test_the_next_address_is_taken_where_the_first_is_closed(receiver: Receiver) -> None:
    assert send(receiver.port, addresses=("127.0.0.2", "127.0.0.1")).status == 200


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [307], {"location": f"http://127.0.0.1:{receiver.port}/inside"}

    assert send(receiver.port).status == 307
    assert len(receiver.received) == 1


def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert send(receiver.port).status == 200


def test_of_the_body_of_an_answer_nothing_is_read(receiver: Receiver) -> None:
    """It claims a terabyte and sends nothing of it: whoever waited for it would run into the deadline."""

    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(1 << 40))
        handler.end_headers()
        handler.rfile.read(1)

    receiver.answers = [endless]

    assert send(receiver.port).status == 200


@pytest.mark.parametrize("tls", [False, True])
def test_a_receiver_that_trickles_is_left_at_the_deadline(tls: bool) -> None:
    """Each byte comes in time for a read's own timeout; only the deadline for the whole ends it."""
    with Speaking(_trickle) as port, pytest.raises(Unanswered, match=r"timeout|tls_failed"):
        send(port, tls=tls, s=0.5)


def test_what_is_not_http_is_said_to_be_none() -> None:
    with (
        Speaking(lambda peer, _: peer.sendall(b"220 mail ready\r\n")) as port,
        pytest.raises(Unanswered) as no,
    ):
        send(port)

    assert str(no.value) == "no_http"


def test_a_certificate_that_nobody_vouches_for_ends_the_attempt(receiver: Receiver) -> None:
    with pytest.raises(Unanswered) as no:
        send(receiver.port, tls=True, s=3)

    assert str(no.value) in {"tls_failed", "timeout", "connection_failed"}
    assert receiver.received == []


def _trickle(peer: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        peer.sendall(b"H")


class Speaking:
    """A raw listener on loopback that runs a function with each peer."""

    def __init__(self, speak: Callable[[socket.socket, threading.Event], object]) -> None:
        self._speak, self._over = speak, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> int:
        self._thread.start()
        port: int = self._listener.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        peer, _ = self._listener.accept()
        with peer:
            with suppress(OSError):
                self._speak(peer, self._over)
            self._over.wait()
