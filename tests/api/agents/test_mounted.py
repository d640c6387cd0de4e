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
