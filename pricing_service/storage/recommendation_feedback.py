"""What people did with a recommendation: each answer beside exactly what was recommended. Overrides are evidence.

CRMs repeat a call whose answer was lost, some without a header that says so. The same said again is kept once::

    with the caller's request id      the same id of the same person is the same saying, however late it comes again
    without one                       what repeats the person's last word on the recommendation says nothing new

Who changes its mind and changes it back has said three things.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.errors import ContentMoved, RequestReused
from pricing_service.storage.ids import new_id

PREFIX = "fb"
REPEATED_WITHIN = timedelta(minutes=5)
"""A caller who does not tell which recommendation it saw may be repeated across a change of it, for so long."""
_TABLE = schema.recommendation_feedback


@dataclass(frozen=True)
class Feedback:
    """What somebody did: took the recommendation, or overrode it with a price (money a month) and a reason."""

    recommendation_id: str
    customer_id: str
    etag: str
    accepted: bool
    price: float | None
    reason: str | None
    recommendation: dict[str, Any]
    given_by: str

    @property
    def words(self) -> tuple[bool, float | None, str | None]:
        """What was said, apart from whom and about what."""
        return self.accepted, self.price, self.reason


@dataclass(frozen=True)
class StoredFeedback(Feedback):
    """Feedback as it is kept."""

    id: str
    workspace_id: str
    given_at: datetime


class RecommendationFeedback:
    """Keep and read feedback."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def keep(
        self, workspace_id: str, said: Feedback, *, request_id: str | None = None, seen: str | None = None
    ) -> StoredFeedback:
        """Keep it; the same said again is kept once.

        Parameters
        ----------
        workspace_id
            The workspace.
        said
            What was said of the recommendation as it is now.
        request_id
            The caller's own id of this saying.
        seen
            The ETag of the recommendation that the caller saw.

        Raises
        ------
        RequestReused
            If the request id came with something else before.
        ContentMoved
            If what the caller saw is not what is recommended now.
        """
        now = self._clock()
        with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":  # SQLite's writers queue up anyway
                talk = workspace_id + said.recommendation_id + said.given_by
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(talk))))
            last = self._last(connection, workspace_id, said)
            earlier = last if request_id is None else self._asked(connection, workspace_id, said, request_id)
            if earlier is not None and _repeats(earlier, said, now, request_id=request_id, seen=seen):
                return earlier
            if seen is not None and seen != said.etag:
                raise ContentMoved(f"recommendation {said.recommendation_id!r} has the etag {said.etag}")
            kept = StoredFeedback(
                **vars(said), id=new_id(PREFIX, now), workspace_id=workspace_id, given_at=now
            )
            mark = _fingerprint(said, None if last is None else last.id, request_id)
            connection.execute(_TABLE.insert().values({**vars(kept), "fingerprint": mark}))
        return kept

    def _last(self, connection: sa.Connection, workspace_id: str, said: Feedback) -> StoredFeedback | None:
        """Find the person's last word on the recommendation."""
        theirs = sa.and_(
            _TABLE.c.workspace_id == workspace_id,
            _TABLE.c.recommendation_id == said.recommendation_id,
            _TABLE.c.given_by == said.given_by,
        )
        newest = _TABLE.select().where(theirs).order_by(_TABLE.c.given_at.desc(), _TABLE.c.id.desc()).limit(1)
        row = connection.execute(newest).first()
        return None if row is None else _feedback(row)

    def _asked(
        self, connection: sa.Connection, workspace_id: str, said: Feedback, request_id: str
    ) -> StoredFeedback | None:
        """Find what was said with this request id."""
        same = sa.and_(
            _TABLE.c.workspace_id == workspace_id,
            _TABLE.c.fingerprint == _fingerprint(said, None, request_id),
        )
        row = connection.execute(_TABLE.select().where(same)).first()
        return None if row is None else _feedback(row)

    def of_customer(self, workspace_id: str, customer_id: str) -> list[StoredFeedback]:
        """Read what was said of one customer's recommendations, oldest first."""
        mine = sa.and_(_TABLE.c.workspace_id == workspace_id, _TABLE.c.customer_id == customer_id)
        with self._database.reading() as connection:
            rows = connection.execute(_TABLE.select().where(mine).order_by(_TABLE.c.given_at, _TABLE.c.id))
            return [_feedback(row) for row in rows]

    def customers(self, workspace_id: str) -> list[str]:
        """Read of whose recommendations anything was said."""
        table = schema.recommendation_feedback
        query = sa.select(table.c.customer_id).where(table.c.workspace_id == workspace_id).distinct()
        with self._database.reading() as connection:
            return sorted(connection.execute(query).scalars())

    def forget(self, workspace_id: str, customer_id: str) -> None:
        """Remove all that was said of one customer's recommendations."""
        mine = sa.and_(_TABLE.c.workspace_id == workspace_id, _TABLE.c.customer_id == customer_id)
        with self._database.writing() as connection:
            connection.execute(_TABLE.delete().where(mine))


def _feedback(row: sa.Row[Any]) -> StoredFeedback:
    return StoredFeedback(**{name: value for name, value in row._mapping.items() if name != "fingerprint"})


def _repeats(
    earlier: StoredFeedback, said: Feedback, now: datetime, *, request_id: str | None, seen: str | None
) -> bool:
    """Tell whether the same is said again."""
    if request_id is not None:
        if earlier.words != said.words:
            raise RequestReused(f"the request id {request_id!r} came with something else before")
        return True
    same_page = earlier.etag == (seen or said.etag)
    return earlier.words == said.words and (
        same_page or (seen is None and now - earlier.given_at <= REPEATED_WITHIN)
    )


def _fingerprint(said: Feedback, after: str | None, request_id: str | None) -> str:
    """Hash what makes a saying one of its kind: the caller's id of it, or else the word that it follows."""
    whose = [said.recommendation_id, said.given_by]
    known = ["after", after, *said.words] if request_id is None else ["request", request_id]
    return hashlib.sha256(json.dumps([*whose, *known]).encode()).hexdigest()
