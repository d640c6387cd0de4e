"""What is kept of a made key for a repeated request opens no door."""

from __future__ import annotations

import json

from api.key_desk import KeyDesk, KeyRequest, without_token
from pricing_service.storage import Storage


def test_the_kept_answer_says_why_it_has_no_token(storage: Storage) -> None:
    made = KeyDesk(storage).make("ws_ours", KeyRequest(name="Ada", scopes=["admin", "admin"]))

    kept = without_token(made)

    assert made["token"].encode() not in kept
    assert made["scopes"] == ["admin"], "a scope that is said twice is one"
    assert json.loads(kept)["reasons"] == {"token": "shown_once"}
    assert json.loads(kept)["id"] == made["id"]
