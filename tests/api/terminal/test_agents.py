"""`mcp` says what it lacks before an agent waits for it, and never the key."""

from __future__ import annotations

import socket

import pytest
from typer.testing import CliRunner

from api.command_line import app


def test_without_a_key_it_says_where_one_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRICING_SERVICE_KEY", raising=False)

    answer = CliRunner().invoke(app, ["mcp"])

    assert answer.exit_code == 2
    assert "PRICING_SERVICE_KEY" in answer.output


def test_where_no_service_answers_it_says_so_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("PRICING_SERVICE_URL", address)
    monkeypatch.setenv("PRICING_SERVICE_KEY", "psk_not_to_be_shown")

    answer = CliRunner().invoke(app, ["mcp"])

    assert answer.exit_code == 2
    assert f"No pricing-service answers at {address}" in answer.output
    assert "psk_not_to_be_shown" not in answer.output


def test_the_key_is_not_taken_from_the_command_line() -> None:
    told = CliRunner().invoke(app, ["mcp", "--help"]).output

    assert "--key" not in told
    assert "PRICING_SERVICE_KEY" in told
