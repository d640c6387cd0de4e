"""A key can be told from noise, and its hash depends on all of it and on the secret."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pricing_service.storage.key_tokens import is_well_formed, new_token, token_hash, token_name

TOKEN = new_token()


def test_new_tokens_differ_and_are_well_formed() -> None:
    tokens = {new_token() for _ in range(200)}

    assert len(tokens) == 200
    assert all(is_well_formed(token) and len(token) == 49 for token in tokens)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_one_wrong_character_is_seen(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    assert is_well_formed(changed) == (changed == TOKEN)


@given(st.text())
def test_noise_is_not_well_formed(noise: str) -> None:
    assert not is_well_formed(noise)


def test_the_hash_depends_on_the_whole_token_and_on_the_secret() -> None:
    assert token_hash(TOKEN, secret=b"a") != token_hash(TOKEN, secret=b"b")
    assert token_hash(TOKEN, secret=b"a") != token_hash(TOKEN[:-1], secret=b"a")
    assert len(token_hash(TOKEN, secret=b"a")) == 32


def test_the_name_of_a_token_gives_away_eight_characters() -> None:
    assert token_name(TOKEN) == TOKEN[:11]
    assert token_name("dev") == "dev"
