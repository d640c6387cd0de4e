"""Behind the door a body is read by its own strict reader."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("body", [b'{"a": 1, "a": 2}', b'{"a": NaN}', b"{"])
def test_a_body_that_readers_take_differently_is_malformed(client: TestClient, body: bytes) -> None:
    answer = client.post("/things", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
