"""`If-None-Match` names what the caller has."""

from __future__ import annotations

import pytest

from api.recommendations.etags import matches


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        (b'"a"', True), (b'W/"a"', True), (b'"b", "a"', True), (b"*", True), (b" * ", True),
        (b'"b"', False), (b"a", False), (b'"a', False), (b"", False), (None, False), (b'"b", *', False),
    ],
)  # fmt: skip
def test_a_condition_matches_the_etag_that_it_names(condition: bytes | None, same: bool) -> None:
    assert matches(condition, b'"a"') is same
