"""What would cost GB or minutes is refused in words by the whole service, within 300 MB above its rest.

How long each takes is a matter of the machine: `make bench` prints it beside its bar.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.durability.bombs import BOMBS, MOST_MB, Bomb, peak_above_rest
from tests.durability.service import Service, settings_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]
SMALL = b"customer_id,date,metric,units\nc1,2024-01-01,m,1\n"


@dataclass(frozen=True)
class Target:
    """A running service, a client of it, and one of its datasets."""

    service: Service
    client: httpx.Client
    dataset: str

    def register(self) -> httpx.Response:
        files = [("files", ("usage.csv", SMALL))]
        return self.client.post("/v1/datasets", files=files, data={"currency": "EUR"})


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    service = Service(settings_of(tmp_path_factory.mktemp("bombs"), None))
    service.start()
    headers = {"Authorization": "Bearer dev"}
    try:
        with httpx.Client(base_url=service.address, headers=headers, timeout=240) as client:
            begun = Target(service, client, "")
            yield Target(service, client, begun.register().raise_for_status().json()["id"])
    finally:
        service.kill()


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_is_refused_in_words_and_little_memory(target: Target, bomb: Bomb) -> None:
    sent = bomb.make()
    risen = peak_above_rest(target.service.process_id)

    answer = bomb.send(target.client, target.dataset, sent)

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert bomb.says in answer.json()["detail"]
    assert risen() < MOST_MB
    assert target.client.get("/readyz").status_code == 200
    assert target.register().status_code == 201
    del sent
    gc.collect()


def test_the_measure_sees_what_a_process_holds(target: Target) -> None:
    risen = peak_above_rest(target.service.process_id)
    lines = [b"c%d,2024-01-01,m,%d\n" % (at, at) for at in range(400_000)]

    files = [("files", ("usage.csv", SMALL + b"".join(lines)))]
    answer = target.client.post("/v1/datasets", files=files, data={"currency": "EUR"})

    assert answer.status_code == 201
    assert risen() > 10
