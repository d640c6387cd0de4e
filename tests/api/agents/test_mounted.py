"""An error of ours inside a tool's request is told like over HTTP: nothing of itself, and it is in the log."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.api.agent_client import Agent, text_of


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_unforeseen_error_tells_nothing_of_itself_and_is_logged(
    service: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr(service.app.state.datasets, "page", broken)  # type: ignore[attr-defined]

    refused = Agent(service, "dev", mode=mode).call("list_datasets")

    assert refused.is_error
    assert "code: internal_error" in text_of(refused)
    assert "secret of the house" not in text_of(refused)
    logged = capsys.readouterr()
    assert "ZeroDivisionError" in logged.out + logged.err


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_unforeseen_error_of_a_tool_itself_tells_nothing_of_itself(
    service: TestClient, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr("api.agents.server.ask", broken)

    told = Agent(service, "dev", mode=mode).error_of("list_datasets")

    assert "in the log" in told
    assert "secret" not in told


def test_no_word_of_a_message_is_logged(
    service: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    headers = {"Authorization": "Bearer dev", "Accept": "application/json, text/event-stream"}
    for params in (5, {"progressToken": []}, {"name": "a private word", "arguments": 7}):
        for method in ("notifications/progress", "tools/call", "a private word"):
            for message in ({}, {"id": 1}):
                body = {"jsonrpc": "2.0", "method": method, "params": params, **message}
                answer = service.post("/mcp", json=body, headers=headers)
                assert answer.status_code < 500

    logged = capfd.readouterr()
    assert "private" not in logged.out + logged.err + caplog.text
