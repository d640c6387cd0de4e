"""A body is counted as it comes, whatever it says of its own length."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient


def test_a_body_that_says_it_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/things", content=b"[" + b" " * 2000 + b"]")

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_without_a_length_is_counted(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    answer = client.post("/things", content=chunks(), headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_multipart_body_is_counted_too(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n'
        for _ in range(20):
            yield b"1" * 100

    answer = client.post(
        "/things", content=chunks(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert answer.status_code == 413


def test_a_compressed_body_is_refused(client: TestClient) -> None:
    answer = client.post("/things", content=b"x", headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/things/%00", "/%00"])
def test_a_path_with_a_nul_is_nowhere(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_body_within_the_bound_passes(client: TestClient) -> None:
    assert client.post("/things", json={"a": "x" * 900}).status_code == 201
