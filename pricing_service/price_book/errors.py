"""Why a price book is refused: every fault with its place in what was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a book that was read or written: a stable code, and words for people."""

    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return it as the API shows it."""
        return {"code": self.code, "message": self.message}


class PriceBookRefused(ValueError):
    """What was given is no price book.

    Parameters
    ----------
    detail
        What is wrong and what would be right.
    faults
        One mapping a fault: `pointer`, `code`, `message`.
    """

    def __init__(self, detail: str, faults: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.faults = tuple(faults)

    @classmethod
    def of(cls, error: ValidationError) -> PriceBookRefused:
        """Say what a check of the book found."""
        faults = [
            {"pointer": _pointer(each["loc"]), "code": each["type"], "message": each["msg"]}
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        first = faults[0]
        return cls(f"{first['pointer'] or 'the price book'}: {first['message']}", faults)


def _pointer(location: Sequence[int | str]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
