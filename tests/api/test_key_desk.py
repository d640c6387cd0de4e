"""Keys are made with the scopes that were asked for, each once."""

from __future__ import annotations

from api.key_desk import KeyDesk, KeyRequest
from pricing_service.storage import Storage


def test_a_scope_that_is_said_twice_is_one(storage: Storage) -> None:
    made = KeyDesk(storage).make("ws_ours", KeyRequest(name="Ada", scopes=["admin", "admin"]), by="Grace")

    assert made["scopes"] == ["admin"]
    assert made["token"]
