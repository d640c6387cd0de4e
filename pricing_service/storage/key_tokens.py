"""What a key looks like: `ps_` + 8 characters that name it + 32 random ones + a checksum of 6.

The fixed start and the checksum let secret scanners and our own doors tell a key from noise without a look
into the database. Only an HMAC of the whole token is stored: 190 random bits need no slow hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NAME, _RANDOM, _CHECKSUM = 8, 32, 6
_START = "ps_"


def new_token() -> str:
    """Draw a new key; it is shown once and never stored."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_NAME + _RANDOM))
    return f"{_START}{body}{_checksum(body)}"


def is_well_formed(token: str) -> bool:
    """Whether the token has our form and its checksum is right.

    Examples
    --------
    >>> is_well_formed(new_token()), is_well_formed("ps_guess"), is_well_formed("dev")
    (True, False, False)
    """
    body, checksum = token[len(_START) : -_CHECKSUM], token[-_CHECKSUM:]
    return (
        token.startswith(_START)
        and len(body) == _NAME + _RANDOM
        and all(character in _ALPHABET for character in body)
        and checksum == _checksum(body)
    )


def token_name(token: str) -> str:
    """Give the part of a key that may be shown and logged: `ps_` and 8 characters, or a dev key whole."""
    return token[: len(_START) + _NAME] if token.startswith(_START) else token


def token_hash(token: str, *, secret: bytes) -> bytes:
    """HMAC-SHA256 of the token, 32 bytes: without the secret a stolen database opens nothing."""
    return hmac.new(secret, token.encode(), hashlib.sha256).digest()


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), []
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)
