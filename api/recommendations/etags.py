"""Whether the caller has it already: `If-None-Match`."""

from __future__ import annotations


def matches(condition: bytes | None, etag: bytes) -> bool:
    """Whether an `If-None-Match` names the ETag; weak ones count too (RFC 9110, 13.1.2).

    Examples
    --------
    >>> matches(b'W/"a", "b"', b'"b"'), matches(b"*", b'"b"'), matches(b'"c"', b'"b"'), matches(None, b'"b"')
    (True, True, False, False)
    """
    if condition is None:
        return False
    if condition == etag:
        return True
    named = [each.strip().removeprefix(b"W/") for each in condition.split(b",")]
    return etag in named or named == [b"*"]
