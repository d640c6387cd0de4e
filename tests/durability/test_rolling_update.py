"""A schema of tomorrow under the code of today, while people work: what a rolling update is for the older process."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from pricing_service.storage import Storage, migrations, revisions
from tests.durability.load import TIME_LIMIT_S
from tests.durability.service import Service, settings_of
from tests.durability.writes import BOOK

pytestmark = pytest.mark.timeout(0)

TOMORROW = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0999", "{head}"


def upgrade():
    op.create_table("wishes", sa.Column("id", sa.String(40), primary_key=True))
    for table in ("price_books", "proposals", "votes", "audit", "keys", "idempotency", "outbox"):
        op.add_column(table, sa.Column("colour", sa.String(9), nullable=False, server_default="green"))
        op.create_index(f"ix_{table}_colour", table, ["colour"])
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Service:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return Service(settings_of(tmp_path, url))


@pytest.fixture
def migrate_to_tomorrow(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Do what the start of a newer process does: migrate one revision further than the code of today knows."""
    folder = tmp_path / "migrations"
    shutil.copytree(revisions.VERSIONS, folder / "versions", ignore=shutil.ignore_patterns("__pycache__"))
    known = revisions.known()
    (folder / "versions" / "0999_tomorrow.py").write_text(TOMORROW.replace("{head}", known[-1]))

    def migrate() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(migrations, "_script", lambda: ScriptDirectory(str(folder)))
            patched.setattr(revisions, "known", lambda: (*known, "0999"))
            with Storage.open(service.settings) as storage, storage.database.reading() as connection:
                assert sa.inspect(connection).has_table("wishes")
                assert revisions.current(storage.database) == "0999"

    return migrate


def work(client: httpx.Client, answers: list[int]) -> None:
    """Make a draft, change it, propose it, vote on it, read it, list it."""

    def ask(method: str, path: str, json: object = None, by: str = "dev") -> httpx.Response:
        answer = client.request(method, path, json=json, headers={"Authorization": f"Bearer {by}"})
        answers.append(answer.status_code)
        return answer

    book = ask("POST", "/v1/price-books", {"book": BOOK}).json().get("id")
    ask("PUT", f"/v1/price-books/{book}", {"book": {**BOOK, "name": "Shelf"}})
    proposal = ask("POST", "/v1/proposals", {"price_book": book, "title": "Board"}).json().get("id")
    ask("POST", f"/v1/proposals/{proposal}/votes", {"decision": "approve"}, by="dev2")
    for place in (f"proposals/{proposal}", "proposals", "price-books", "audit", "keys"):
        ask("GET", f"/v1/{place}")
    ask("POST", f"/v1/proposals/{proposal}/publish", {})


@pytest.mark.slow
def test_while_the_schema_moves_on_no_request_fails_and_the_older_code_starts_again(
    service: Service, migrate_to_tomorrow: Callable[[], None]
) -> None:
    answers: list[list[int]] = [[] for _ in range(3)]
    enough = threading.Event()

    def keep_working(mine: list[int]) -> None:
        with httpx.Client(base_url=service.address, timeout=TIME_LIMIT_S) as client:
            while not enough.is_set():
                work(client, mine)

    workers = [threading.Thread(target=keep_working, args=(mine,)) for mine in answers]
    try:
        service.start()
        for worker in workers:
            worker.start()
        _wait_for(answers, more=5)
        migrate_to_tomorrow()
        _wait_for(answers, more=20)
        enough.set()
        for worker in workers:
            worker.join()
        service.kill()
        service.start()
        with httpx.Client(base_url=service.address, timeout=TIME_LIMIT_S) as client:
            work(client, answers[0])
    finally:
        enough.set()
        service.kill()

    failed = [answer for mine in answers for answer in mine if answer >= 300]
    assert not failed
    assert min(len(mine) for mine in answers) >= 25


def _wait_for(answers: list[list[int]], *, more: int) -> None:
    until = [len(mine) + more for mine in answers]
    while any(len(mine) < enough for mine, enough in zip(answers, until, strict=True)):
        threading.Event().wait(0.05)
