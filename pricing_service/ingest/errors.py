"""What data coming in can be refused for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class DatasetRefused(Exception):
    """Nothing of the source can be used.

    Parameters
    ----------
    message
        What is wrong and the way out, for people.
    faults
        Dicts with `table`, `line`, `column`, `code` and `message`; what does not apply is None.
    """

    def __init__(self, message: str, faults: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.faults = list(faults)


class TableRefused(Exception):
    """One table cannot be used; the others can.

    Parameters
    ----------
    message
        The reason in plain words.
    code
        A stable word for it.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def fault(
    code: str, message: str, *, table: str | None = None, line: int | None = None, column: str | None = None
) -> dict[str, Any]:
    """Return one entry of `DatasetRefused.faults`."""
    return {"table": table, "line": line, "column": column, "code": code, "message": message}
