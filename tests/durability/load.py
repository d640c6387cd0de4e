"""Clients that write all the time and keep a ledger: what was asked, and what the service said it did."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.durability.writes import WRITES, Shop, upload

TIME_LIMIT_S = 60.0
"""In which every request has to be answered."""
WAIT = {"Prefer": "wait=20"}


class Gone(Exception):
    """The service was killed under a request."""


@dataclass
class Entry:
    """One write that was sent; without an answer nobody knows what became of it."""

    method: str
    path: str
    sent: Mapping[str, Any]
    answer: httpx.Response | None = None
    repeated: int = 0

    @property
    def acknowledged(self) -> bool:
        """Whether the service said that it is done; what is gone already was done by the first sending."""
        answer = self.answer
        if answer is None:
            return False
        gone = self.method == "DELETE" and self.repeated > 0 and answer.status_code in {404, 409}
        return answer.is_success or gone


class Recorder:
    """Sends like an `httpx.Client`, every POST with a key, and writes all down.

    Parameters
    ----------
    address
        Of the service.
    patient
        Whether a refusal for a moment (503) is sent again until it is done; else a lost answer ends the client.
    transport
        What sends, if not straight to the address.
    """

    def __init__(
        self, address: str, *, patient: bool = False, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.ledger: list[Entry] = []
        self.faults: list[str] = []
        self.turned_away = 0
        self._patient = patient
        self._client = httpx.Client(base_url=address, timeout=TIME_LIMIT_S, transport=transport)

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Send, and note a write before and after."""
        if method == "POST":
            sent["headers"] = {"Idempotency-Key": secrets.token_hex(12), **sent["headers"]}
        entry = Entry(method, path, sent)
        if method != "GET":
            self.ledger.append(entry)
        return self._send(entry)

    def repeat_unanswered(self) -> int:
        """Send again, under the same key, what got no answer; how many there were."""
        unanswered = [entry for entry in self.ledger if entry.answer is None]
        for entry in unanswered:
            entry.repeated += 1
            self._send(entry)
        return len(unanswered)

    def close(self) -> None:
        """Give back the connection."""
        self._client.close()

    def _send(self, entry: Entry) -> httpx.Response:
        until = time.monotonic() + 4 * TIME_LIMIT_S
        while True:
            try:
                answer = self._client.request(entry.method, entry.path, **entry.sent)
            except httpx.TimeoutException:
                self.faults.append(f"{entry.method} {entry.path}: no answer within {TIME_LIMIT_S:.0f} s")
                raise Gone from None
            except httpx.TransportError:
                raise Gone from None
            if not self._again(entry, answer) or time.monotonic() > until:
                entry.answer = answer
                return answer
            entry.repeated += 1
            time.sleep(0.3)

    def _again(self, entry: Entry, answer: httpx.Response) -> bool:
        if not self._patient or answer.status_code < 500:
            return False
        self.turned_away += 1
        told = answer.headers.get("retry-after"), answer.headers.get("content-type")
        if answer.status_code != 503 or told[0] is None or told[1] != "application/problem+json":
            self.faults.append(f"{entry.method} {entry.path}: {answer.status_code} {answer.text[:300]}")
        return True


class Clients:
    """Some clients, each with a dataset of its own, that send random writes until the service goes or they stop."""

    def __init__(
        self,
        address: str,
        *,
        clients: int,
        seed: int,
        patient: bool = False,
        writes: Sequence[str] = tuple(WRITES),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._writes = writes
        self.recorders = [Recorder(address, patient=patient, transport=transport) for _ in range(clients)]
        self._chance = [random.Random(seed * 1000 + number) for number in range(clients)]
        self._shops: list[Shop] = []
        self._stop = threading.Event()
        self.broken: list[str] = []

    def prepare(self) -> None:
        """Make what all writes need."""
        for recorder in self.recorders:
            headers = {"headers": {"Authorization": "Bearer dev"}}
            dataset = recorder.request("POST", "/v1/datasets", **headers, **upload("Base")).json()["id"]
            analysis = self._shops[0].analysis if self._shops else _analysis(recorder, dataset)
            self._shops.append(Shop(recorder, dataset=dataset, analysis=analysis))  # type: ignore[arg-type]

    def run_until(self, end: Callable[[], None]) -> None:
        """Let all write while `end` goes on; it ends them by a kill, or they finish what they are at."""
        self._stop.clear()
        threads = [
            threading.Thread(target=self._write, args=(shop, chance))
            for shop, chance in zip(self._shops, self._chance, strict=True)
        ]
        for thread in threads:
            thread.start()
        try:
            end()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def repeat_unanswered(self) -> int:
        """Send again what got no answer."""
        return sum(recorder.repeat_unanswered() for recorder in self.recorders)

    @property
    def ledger(self) -> list[Entry]:
        """All that was written."""
        return [entry for recorder in self.recorders for entry in recorder.ledger]

    @property
    def faults(self) -> list[str]:
        """What no client should see."""
        refused = [
            f"{entry.method} {entry.path}: {entry.answer.status_code} {entry.answer.text[:300]}"
            for entry in self.ledger
            if entry.answer is not None and not entry.acknowledged
        ]
        return [*(fault for recorder in self.recorders for fault in recorder.faults), *refused, *self.broken]

    def close(self) -> None:
        """Give back the connections."""
        for recorder in self.recorders:
            recorder.close()

    def _write(self, shop: Shop, chance: random.Random) -> None:
        while not self._stop.is_set():
            name = chance.choice(self._writes)
            try:
                shop.ask(name, key=secrets.token_hex(12)).send(shop.client)
            except Gone:
                return
            except (AssertionError, KeyError, ValueError) as error:  # what a write needs was refused
                self.broken.append(f"{name}: {error!r}"[:300])
                return


def _analysis(recorder: Recorder, dataset: str) -> str:
    asked = {"dataset": dataset, "kind": "tiers", "options": {"max_tiers": 1}}
    headers = {"Authorization": "Bearer dev", **WAIT}
    answer = recorder.request("POST", "/v1/analyses", headers=headers, json=asked)
    while answer.json()["finished_at"] is None:
        time.sleep(0.3)
        answer = recorder.request("GET", f"/v1/analyses/{answer.json()['id']}", headers=headers)
    assert answer.json()["status"] == "succeeded", answer.text
    return str(answer.json()["id"])
