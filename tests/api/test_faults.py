"""Faults point into the request as the caller sent it."""

from __future__ import annotations

from api.faults import faults


def test_the_branch_of_a_union_is_not_part_of_the_pointer() -> None:
    error = {"loc": ("body", "report", "options", "levle"), "type": "extra_forbidden", "msg": "no"}

    found = faults([error], tags=frozenset({"report"}))

    assert found == [{"pointer": "/options/levle", "in": "body", "code": "unknown_option", "message": "no"}]
