"""Whether this process can answer requests now."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from api.problems import NotReady
from pricing_service.storage import Storage


def refuse_unless_ready(storage: Storage) -> None:
    """Read something small through everything that a request needs.

    Raises
    ------
    NotReady
        If the database does not answer, or has another schema.
    """
    try:
        storage.analyses.queued(limit=1)
    except SQLAlchemyError as error:
        raise NotReady("The database does not answer, or its schema is not this version's.") from error
