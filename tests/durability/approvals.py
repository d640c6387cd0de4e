"""Clients that propose, edit, vote, publish, withdraw and read the same few proposals at once; is there an order?

Run it alone for the table: `python -m tests.durability.approvals --matters 50 --seed 1 [--database postgresql://…]`.
Each matter is one draft of the price book with two proposals to publish it, and its history is checked by itself: what
several objects do is linearizable if each of them is.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from tests.durability.committee import MOVED, PEOPLE, Matter, Motion, Seen, shown, shown_book, step
from tests.durability.linearizable import Done, order, shortest_wrong
from tests.durability.load import TIME_LIMIT_S
from tests.durability.service import Service, settings_of

_EACH = 14
"""Operations of each client on one matter: enough for some orders, few enough to search them all."""
_PRICES = (49, 59)
_TITLES = ("Board", "Shelf")
_WEIGHTS = {
    "read": 5, "list": 2, "read_book": 1, "replace_book": 1, "publish_book": 0.25,
    "edit": 1.5, "vote": 5, "publish": 2, "withdraw": 0.4,
}  # fmt: skip
Asking = Callable[["Person", "Drawer"], tuple[dict[str, Any], httpx.Response]]


@dataclass
class Report:
    """What many histories were."""

    database: str
    matters: int = 0
    operations: int = 0
    effects: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Drawer:
    """Where one matter lies: the ids of its draft and proposals, and hashes of the draft's contents."""

    book: str
    motions: tuple[str, ...]
    hashes: tuple[str, ...]


class Person:
    """One client with a key of its own, who remembers what was seen last."""

    def __init__(self, address: str, name: str, token: str, seed: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(base_url=address, headers=headers, timeout=TIME_LIMIT_S)
        self.name = name
        self.chance = random.Random(seed)
        self.seen: dict[str, str] = {}

    def ask(self, drawer: Drawer, *, begun: float) -> Done:
        """Do one thing, and write down when and with which answer."""
        name = self.chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
        start = time.monotonic() - begun
        asked, answer = _ASKING[name](self, drawer)
        end = time.monotonic() - begun
        return Done(self.name, name, asked, self._understood(drawer, name, answer), start, end)

    def pick(self, drawer: Drawer) -> tuple[int, str]:
        """Choose a proposal."""
        at = self.chance.randrange(len(drawer.motions))
        return at, f"/v1/proposals/{drawer.motions[at]}"

    def last_seen(self, drawer: Drawer, thing: str) -> str | None:
        """Return the hash that was seen last, or mostly."""
        return self.seen.get(thing) if self.chance.random() < 0.8 else None

    def _understood(self, drawer: Drawer, name: str, answer: httpx.Response) -> Seen:
        body = answer.json()
        if not answer.is_success:
            return answer.status_code, body.get("code")
        if name.endswith("book"):
            self.seen[drawer.book] = body["content_hash"]
            return answer.status_code, shown_book(body)
        if name == "list":
            found = {one["id"]: shown(one) for one in body["data"]}
            return answer.status_code, tuple(found.get(motion) for motion in drawer.motions)
        self.seen[body["id"]] = body["content_hash"]
        return answer.status_code, shown(body)


def _read(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    at, place = person.pick(drawer)
    return {"motion": at}, person.client.get(place)


def _replace_book(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    at = person.chance.randrange(len(_PRICES))
    asked = {"hash": drawer.hashes[at]}
    return asked, person.client.put(f"/v1/price-books/{drawer.book}", json={"book": _book(_PRICES[at])})


def _publish_book(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    seen = person.seen.get(drawer.book, drawer.hashes[0])
    confirm = {"hash": seen, "breaches": ["not_simulated"]}
    place = f"/v1/price-books/{drawer.book}/publish"
    return {"seen": seen}, person.client.post(place, json={"confirm": confirm})


def _edit(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    at, place = person.pick(drawer)
    title = person.chance.choice(_TITLES)
    return {"motion": at, "title": title}, person.client.put(place, json={"title": title})


def _vote(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    at, place = person.pick(drawer)
    decision = person.chance.choices(["approve", "reject"], weights=[5, 1])[0]
    seen = person.last_seen(drawer, drawer.motions[at])
    sent = {"decision": decision, **({"content_hash": seen} if seen else {})}
    return {"motion": at, "decision": decision, "seen": seen}, person.client.post(f"{place}/votes", json=sent)


def _publish(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    at, place = person.pick(drawer)
    seen = person.last_seen(drawer, drawer.motions[at])
    sent = {"content_hash": seen} if seen else {}
    return {"motion": at, "seen": seen}, person.client.post(f"{place}/publish", json=sent)


def _withdraw(person: Person, drawer: Drawer) -> tuple[dict[str, Any], httpx.Response]:
    at, place = person.pick(drawer)
    return {"motion": at}, person.client.post(f"{place}/withdraw")


_ASKING: dict[str, Asking] = {
    "read": _read,
    "list": lambda person, _: ({}, person.client.get("/v1/proposals", params={"limit": 10})),
    "read_book": lambda person, drawer: ({}, person.client.get(f"/v1/price-books/{drawer.book}")),
    "replace_book": _replace_book,
    "publish_book": _publish_book,
    "edit": _edit,
    "vote": _vote,
    "publish": _publish,
    "withdraw": _withdraw,
}


def run(service: Service, *, matters: int, seed: int) -> Report:
    """Let all work on so many matters, one after the other, or until a history has no order."""
    report = Report("PostgreSQL" if service.settings.database_url else "SQLite")
    service.start()
    people = _people(service.address, seed)
    try:
        while report.matters < matters and not report.wrong:
            drawer, start = _open(people[0].client)
            history = _together(people, drawer)
            report.matters += 1
            report.operations += len(history)
            report.refused += sum(done.answer[0] >= 400 for done in history)
            report.effects += sum(done.answer[0] < 400 and not done.name.startswith(("read", "list"))
                                  for done in history)  # fmt: skip
            if order(history, start=start, step=step) is None:
                shortest = shortest_wrong(history, start=start, step=step)
                report.wrong += ["no order is right:", f"{start}", *(f"{done}" for done in shortest)]
    finally:
        service.kill()
        for person in people:
            person.client.close()
    return report


def _people(address: str, seed: int) -> list[Person]:
    tokens = {"dev": "dev", "dev2": "dev2"}
    scopes = ["data:read", "analyses:run", "proposals:write", "proposals:approve", "prices:publish"]
    headers = {"Authorization": "Bearer dev"}
    for name in PEOPLE[2:]:
        asked = {"name": name, "scopes": scopes}
        made = httpx.post(f"{address}/v1/keys", json=asked, headers=headers, timeout=TIME_LIMIT_S)
        tokens[name] = made.json()["token"]
    return [Person(address, name, tokens[name], f"{seed} {name}") for name in PEOPLE]


def _book(price: int) -> dict[str, Any]:
    return {"name": "Board", "currency": "EUR", "plans": [{"name": "pro", "price": price}]}


def _open(client: httpx.Client) -> tuple[Drawer, Matter]:
    """Make a draft and two proposals of it."""
    made = client.post("/v1/price-books", json={"book": _book(_PRICES[1])}).json()
    place = f"/v1/price-books/{made['id']}"
    first = client.put(place, json={"book": _book(_PRICES[0])}).json()
    asked = {"price_book": made["id"], "title": _TITLES[0]}
    proposed = [client.post("/v1/proposals", json=asked).json() for _ in range(2)]
    hashes = (first["content_hash"], made["content_hash"])
    motions = tuple(Motion(one["title"], one["content_hash"], hashes[0], ("dev",)) for one in proposed)
    return Drawer(made["id"], tuple(one["id"] for one in proposed), hashes), Matter(hashes[0], motions)


def _together(people: list[Person], drawer: Drawer) -> list[Done]:
    """Let all ask at once, each one thing after the other."""
    begun, ready = time.monotonic(), threading.Barrier(len(people))
    histories: dict[str, list[Done]] = {person.name: [] for person in people}

    def work(person: Person) -> None:
        ready.wait()
        for _ in range(_EACH):
            histories[person.name].append(person.ask(drawer, begun=begun))

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(history) == _EACH for history in histories.values()), "a client gave up"
    return _with_edits([done for history in histories.values() for done in history])


def _with_edits(history: list[Done]) -> list[Done]:
    """Note beside what was refused as moved whether its content was being edited at that time."""
    return [replace(done, asked={**done.asked, "edited_meanwhile": _edited(done, history)})
            if done.answer == MOVED else done for done in history]  # fmt: skip


def _edited(refused: Done, history: list[Done]) -> bool:
    return any(
        other.name in ("edit", "replace_book")
        and other.answer[0] == 200
        and other.start <= refused.end
        and refused.start <= other.end
        for other in history
    )


HEAD = """| database, people at once | matters | operations | effects | refused | without an order |
| --- | ---: | ---: | ---: | ---: | ---: |"""


def show(report: Report) -> str:
    """Write a report as a line of the table."""
    numbers: Mapping[str, int] = {
        name: value for name, value in vars(report).items() if isinstance(value, int)
    }
    counted = " | ".join(f"{number:,}" for number in numbers.values())
    return f"| {report.database}, people at once | {counted} | {int(bool(report.wrong))} |"


def main() -> int:
    """Read the arguments, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matters", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(settings_of(Path(folder), arguments.database))
        report = run(service, matters=arguments.matters, seed=arguments.seed)
    sys.stdout.write(f"{HEAD}\n{show(report)}\n")
    sys.stdout.writelines(f"{line}\n" for line in report.wrong)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
