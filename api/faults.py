"""What is wrong with a request, fault by fault: where it is, a stable code, and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Fault = Mapping[str, Any]

# The words of pydantic's error types that callers would stumble over.
_CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "union_tag_invalid": "unknown_kind",
    "union_tag_not_found": "missing_field",
    "json_invalid": "invalid_json",
}


def pointer(location: Sequence[int | str]) -> str:
    """Write a place in the request as an RFC 6901 pointer.

    Examples
    --------
    >>> pointer(("options", "a/b"))
    '/options/a~1b'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def faults(
    errors: Sequence[Mapping[str, Any]], *, tags: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """Turn pydantic's errors into the contract's `errors`.

    Parameters
    ----------
    errors
        As `RequestValidationError.errors()` gives them.
    tags
        Steps that pydantic adds for a union's branch (the kinds) and that are not in the body.
    """
    found = []
    for error in errors:
        source, *path = error["loc"] or ("body",)
        if path and path[0] in tags:
            path = path[1:]
        if error["type"].startswith("union_tag"):
            path = [*path, "kind"]
        if error["type"] == "json_invalid":
            path = []
        code = _CODES.get(error["type"], error["type"])
        if code == "unknown_field" and path[:1] == ["options"]:
            code = "unknown_option"
        found.append({"pointer": pointer(path), "in": source, "code": code, "message": error["msg"]})
    return found


def faults_of(error: BaseException) -> Sequence[Fault]:
    """Return what an error of any layer lists: its `errors` or its `faults`."""
    listed: Sequence[Fault] = getattr(error, "errors", None) or getattr(error, "faults", None) or ()
    return listed
