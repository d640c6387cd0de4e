"""Every answer carries the safe headers, and a 405 names all methods of its path."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(("method", "path"), [("GET", "/things"), ("GET", "/nowhere"), ("PUT", "/things")])
def test_every_answer_is_dressed(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_wrong_method_is_told_every_right_one(client: TestClient) -> None:
    answer = client.put("/things")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, POST"
    assert answer.json()["code"] == "method_not_allowed"
