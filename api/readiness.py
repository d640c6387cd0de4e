"""Whether this process can answer requests now, and if not, which part of it is in the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from api.problems import NotReady
from pricing_service.storage import Storage
from pricing_service.storage.revisions import is_behind

T = TypeVar("T")


class Drain:
    """Whether this process is on its way down: it still answers, and wants no more."""

    def __init__(self) -> None:
        self.begun = False
        self.closing = False
        """Whether each connection ends with its next answer: who asks again comes to another process."""

    def begin(self) -> None:
        """From now on say that the process is not ready."""
        self.begun = self.closing = True

    def hand_over(self) -> None:
        """From now on end connections; another process on the same port is ready."""
        self.closing = True


def refuse_unless_ready(storage: Storage, drain: Drain | None = None) -> None:
    """Read something small through everything that a request needs.

    Raises
    ------
    NotReady
        Naming the part: `draining`, `database` (it does not answer), `schema` (it is an older version's; a newer one's
        will do) or `files` (the data folder cannot be written).
    """
    if drain is not None and drain.begun:
        raise NotReady("This process is going down; ask another one.", part="draining")
    _try("database", "The database does not answer.", storage.database.answer)
    strange = "The database's schema is not this version's."
    if _try("schema", strange, lambda: is_behind(storage.database)):
        raise NotReady(strange, part="schema")
    _try("schema", strange, lambda: storage.analyses.queued(limit=1))
    if not os.access(storage.blobs.root, os.W_OK | os.X_OK):
        raise NotReady("The data folder cannot be written.", part="files")


def _try(part: str, message: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except SQLAlchemyError as error:
        raise NotReady(message, part=part) from error
