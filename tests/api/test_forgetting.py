"""A forgotten customer is in no file and no table, comes in by no door, and stays forgotten in an older backup."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.command_line import app as commands
from pricing_service.config import Settings
from pricing_service.storage import Feedback, Storage
from pricing_service.storage.backups import back_up
from pricing_service.storage.schema import metadata
from tests.api import small_business

ID, NAME = "canary-7", "Zwölf Vögel GmbH"
ROWS = [{"customer_id": ID, "name": NAME, "signed_up": "2024-06-01"}]
SECRET = "0123456789abcdef"
WORDS = (ID, NAME, json.dumps(NAME)[1:-1])


@contextmanager
def service(settings: Settings) -> Iterator[TestClient]:
    with Storage.open(settings) as storage:
        app = create_app(settings, storage=storage)
        with TestClient(app, headers={"Authorization": "Bearer dev"}) as client:
            yield client


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", dev=True, secret=SECRET)


def upload(client: TestClient, *, name: str = "Jobs", key: str | None = None) -> Any:
    tables = small_business.tables()
    tables["customers.csv"] = f"customer_id,name,signed_up\nc00,Plain,2024-06-01\n{ID},{NAME},2024-06-01\n"
    answer = client.post(
        "/v1/datasets",
        data={"name": name, "currency": "EUR"},
        files=small_business.parts(tables),
        headers={"Idempotency-Key": key} if key else {},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def talked_about(client: TestClient) -> None:
    """Name the customer wherever people may write."""
    book = {"name": f"Book of {NAME}", "currency": "EUR", "plans": [{"name": "team", "price": 210}]}
    made = client.post("/v1/price-books", json={"book": {**book, "name": "Book"}}).json()
    asked = {"price_book": made["id"], "title": f"{NAME} pays more", "note": f"as {ID} said"}
    proposal = client.post("/v1/proposals", json=asked, headers={"Idempotency-Key": f"about {ID}"}).json()
    client.post(
        f"/v1/proposals/{proposal['id']}/votes",
        json={"decision": "reject", "comment": f"not {NAME.upper()}"},
        headers={"Authorization": "Bearer dev2", "Idempotency-Key": "vote-1"},
    )
    storage: Storage = client.app.state.storage  # type: ignore[attr-defined]
    told = {"headline": f"{NAME} may pay more"}
    for customer in (ID, "c00"):
        said = Feedback("rec_" + customer[-1], customer, "e", accepted=False, price=1.0,
                        reason=f"like {NAME}", recommendation=told, given_by="Ada")  # fmt: skip
        storage.feedback.keep("ws_local", said)


def traces(settings: Settings) -> list[str]:
    """Where the customer is found: in bytes of files, in Parquet tables, in the database's rows."""
    found = []
    for path in sorted(settings.data_folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet":
                with duckdb.connect() as connection:
                    content += repr(connection.execute(f"FROM read_parquet('{path}')").fetchall()).encode()
            found += [f"{path.name}: {word}" for word in WORDS if word.casefold() in
                      content.decode(errors="replace").casefold()]  # fmt: skip
    with Storage.open(settings) as storage, storage.database.reading() as connection:
        for table in metadata.tables.values():
            rows = repr([tuple(row) for row in connection.execute(table.select())])
            found += [f"{table.name}: {word}" for word in WORDS if word.casefold() in rows.casefold()]
    return found


def test_a_forgotten_customer_is_in_no_file_and_no_table(settings: Settings) -> None:
    with service(settings) as client:
        first, second = upload(client, key="one"), upload(client, name=f"Of {NAME}")
        client.post(f"/v1/datasets/{first['id']}/rows/usage", json=[{"customer_id": ID, "metric": "m"}])
        talked_about(client)
        storage: Storage = client.app.state.storage  # type: ignore[attr-defined]
        assert len(traces(settings)) > 10, "the search finds what is there"

        answer = client.delete(f"/v1/datasets/{first['id']}/customers/{ID}")

        assert answer.status_code == 200, answer.text
        assert client.get(f"/v1/datasets/{second['id']}").json()["tables"]["customers"] == 1
        assert [each.reason for each in storage.feedback.of_customer("ws_local", "c00")] == [
            "like [forgotten]"
        ]
        assert storage.feedback.of_customer("ws_local", ID) == []
        (proposal,) = client.get("/v1/proposals").json()["data"]
        assert (proposal["title"], proposal["note"]) == ("[forgotten] pays more", "as [forgotten] said")
        assert proposal["status"] == "rejected", "votes count as before"
        assert storage.audit.verify("ws_local") is None
        entries = storage.audit.page("ws_local").rows
        assert [entry.by for entry in entries if entry.action == "customer.forgotten"] == ["dev"]
    assert traces(settings) == []


def test_a_forgotten_customer_comes_in_by_no_door(settings: Settings) -> None:
    with service(settings) as client:
        first = upload(client)
        place = f"/v1/datasets/{first['id']}"
        forgotten = client.delete(f"{place}/customers/{ID}").json()

        posted = client.post(f"{place}/rows/customers", json=ROWS)
        again = client.post(f"{place}/rows/customers", json=ROWS)
        new = upload(client, name="Again")

        assert posted.status_code == again.status_code == 200, posted.text
        assert posted.json()["version"] == forgotten["version"]
        assert again.json() == posted.json(), "the same rows again change nothing"
        for dataset in (first, new):
            refused = client.get(f"/v1/datasets/{dataset['id']}/quarantine").json()["data"]
            codes = {(row["table"], row["code"]) for row in refused}
            assert ("customers", "forgotten_customer") in codes
            assert {row["customer_id"] for row in refused} <= {None, "c00"}
        assert new["tables"]["customers"] == 1
    assert traces(settings) == []


def test_in_an_older_backup_the_customer_is_forgotten_again(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICING_SERVICE_SECRET", SECRET)
    backup = tmp_path / "old.tar"
    with service(settings) as client:
        dataset = upload(client)
        talked_about(client)
        back_up(settings, backup)
        client.delete(f"/v1/datasets/{dataset['id']}/customers/{ID}")
    stones = settings.forgotten_path.read_bytes()
    assert ID.encode() not in stones
    shutil.rmtree(settings.data_folder)
    settings.data_folder.mkdir()
    settings.forgotten_path.write_bytes(stones)

    answer = CliRunner().invoke(
        commands, ["restore", str(backup), "--data-folder", str(settings.data_folder)]
    )

    assert answer.exit_code == 0, answer.output
    assert traces(settings) == []
    with service(settings) as client:
        assert upload(client, name="Again")["tables"]["customers"] == 1
        assert client.app.state.storage.audit.verify("ws_local") is None  # type: ignore[attr-defined]


def test_a_killed_forgetting_is_finished_at_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(settings) as client:
        dataset = upload(client)
        forgetting = client.app.state.datasets._forgetting  # type: ignore[attr-defined]

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(forgetting, "_purge", killed)
        with pytest.raises(KeyboardInterrupt):
            client.app.state.datasets.forget_customer("ws_local", dataset["id"], ID, by="dev")  # type: ignore[attr-defined]
    with service(settings) as client:
        client.app.state.datasets.finish_forgetting()  # type: ignore[attr-defined]
    assert traces(settings) == []


def test_whoever_is_forgotten_while_data_come_in_is_not_left_in_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(settings) as client:
        desk = client.app.state.datasets  # type: ignore[attr-defined]
        first = upload(client)
        save: Callable[..., Any] = desk._storage.datasets.save

        def forgotten_meanwhile(*said: Any, **also: Any) -> Any:
            monkeypatch.undo()
            desk.forget_customer("ws_local", first["id"], ID, by="dev")
            return save(*said, **also)

        monkeypatch.setattr(desk._storage.datasets, "save", forgotten_meanwhile)
        assert upload(client, name="Meanwhile")["tables"]["customers"] == 1
    assert traces(settings) == []
