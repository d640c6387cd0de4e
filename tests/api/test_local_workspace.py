"""The local workspace has two people, who may do everything, and is made once."""

from __future__ import annotations

from pathlib import Path

from api.keys import SCOPES
from api.local_workspace import LOCAL, PEOPLE, make_local_workspace
from pricing_service.config import Settings
from pricing_service.storage import Storage


def test_two_people_may_do_everything_in_one_workspace(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        make_local_workspace(storage)
        make_local_workspace(storage)

        keys = [storage.keys.find(person) for person in PEOPLE]

        assert [key and key.workspace_id for key in keys] == [LOCAL, LOCAL]
        assert all(key and key.scopes == set(SCOPES) for key in keys)
        assert len(storage.keys.list(LOCAL)) == len(PEOPLE)
