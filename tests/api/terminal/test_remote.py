"""Asking a service says what is missing and what was refused, and shows no key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from api.problems import Refused
from api.terminal.remote import RemoteSettings, ask


class Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/proxy" else 200)
        self.end_headers()
        self.wfile.write(b"<html>busy</html>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("PRICING_SERVICE_URL", address)
    monkeypatch.setenv("PRICING_SERVICE_KEY", "psk_not_to_be_shown")
    yield address
    server.shutdown()
    server.server_close()


def test_without_a_key_it_says_where_one_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRICING_SERVICE_KEY", raising=False)

    with pytest.raises(Refused, match="keys create"):
        ask("GET", "/v1/proposals")


def test_an_answer_that_is_no_problem_of_ours_is_told_by_its_status(stranger: str) -> None:
    with pytest.raises(Refused, match="503") as refused:
        ask("GET", "/proxy")

    assert "psk_not_to_be_shown" not in str(refused.value)


def test_where_nobody_listens_it_says_so(stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICING_SERVICE_URL", "http://127.0.0.1:1")

    with pytest.raises(Refused, match=r"No pricing-service answers at http://127\.0\.0\.1:1"):
        ask("GET", "/v1/proposals")


def test_settings_do_not_show_the_key(stranger: str) -> None:
    assert "psk_not_to_be_shown" not in repr(RemoteSettings())
