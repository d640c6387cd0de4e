"""Price books: drafts that may change, and published versions that never do.

::

    draft ──► published (effective on a date)
      ▲└─ content replaced         └─ withdrawn: never in force any more

The current book of a day is the one that became effective last by then and was not withdrawn. `publish` and, within the
committee's transaction, `publish_within` are the only ways to publish. Every change is in the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from pricing_service.price_book import PriceBook
from pricing_service.storage import schema
from pricing_service.storage.audit import Audit
from pricing_service.storage.database import Database
from pricing_service.storage.errors import AlreadyPublished, ContentMoved, NotFound
from pricing_service.storage.ids import new_id
from pricing_service.storage.pages import Page, fetch_page
from pricing_service.storage.webhooks import Outbox

PREFIX = "pb"


@dataclass(frozen=True)
class DraftContent:
    """What a draft holds: the book, what it was made from (`kind`, `id`), and remarks from reading it."""

    book: PriceBook
    made_from: Mapping[str, Any]
    remarks: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Publication:
    """What is published: exactly the content of `content_hash`, from the day `effective` on.

    `acknowledged` are the guard's codes that somebody has acknowledged; `by` is who publishes.
    """

    effective: date
    content_hash: str
    by: str
    acknowledged: Sequence[str] = ()


@dataclass(frozen=True)
class StoredPriceBook:
    """One version of the price book."""

    id: str
    workspace_id: str
    status: Literal["draft", "published"]
    name: str
    currency: str
    content: dict[str, Any]
    content_hash: str
    made_from: dict[str, Any]
    remarks: list[dict[str, str]]
    created_by: str
    created_at: datetime
    changed_at: datetime
    effective: date | None
    published_by: str | None
    published_at: datetime | None
    acknowledged: list[str] | None
    withdrawn_at: datetime | None

    @property
    def book(self) -> PriceBook:
        """The content as a value."""
        return PriceBook.model_validate(self.content)


class PriceBooks:
    """Store and read versions of the price book."""

    def __init__(self, database: Database, clock: Callable[[], datetime], audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._outbox = Outbox(clock)
        self._audit = audit

    def create(self, workspace_id: str, content: DraftContent, *, by: str) -> StoredPriceBook:
        """Store a new draft."""
        price_book_id = self.next_id(workspace_id)
        with self._database.writing() as connection:
            self.create_within(connection, workspace_id, price_book_id, content, by=by)
        return self.get(workspace_id, price_book_id)

    def next_id(self, workspace_id: str) -> str:
        """Make the id of a draft that is stored later, together with what names it."""
        return new_id(PREFIX, self._clock())

    def create_within(
        self,
        connection: sa.Connection,
        workspace_id: str,
        price_book_id: str,
        content: DraftContent,
        *,
        by: str,
    ) -> None:
        """Store a new draft in the caller's transaction, under an id from `next_id`."""
        now = self._clock()
        values = {
            "id": price_book_id,
            "workspace_id": workspace_id,
            "status": "draft",
            "created_by": by,
            "created_at": now,
            "changed_at": now,
            **_columns(content),
        }
        connection.execute(schema.price_books.insert().values(values))

    def replace(self, workspace_id: str, price_book_id: str, content: DraftContent) -> StoredPriceBook:
        """Give a draft other content.

        Raises
        ------
        AlreadyPublished
            A published version never changes.
        """
        with self._database.writing() as connection:
            self._draft(connection, workspace_id, price_book_id)
            change = schema.price_books.update().where(_mine(workspace_id, price_book_id))
            connection.execute(change.values(changed_at=self._clock(), **_columns(content)))
        return self.get(workspace_id, price_book_id)

    def publish(self, workspace_id: str, price_book_id: str, publication: Publication) -> StoredPriceBook:
        """Publish a draft, once and for good.

        Raises
        ------
        AlreadyPublished
            It is published already.
        ContentMoved
            The draft's content is not the one that was to be published.
        """
        with self._database.writing() as connection:
            self.publish_within(connection, workspace_id, price_book_id, publication)
        return self.get(workspace_id, price_book_id)

    def publish_within(
        self, connection: sa.Connection, workspace_id: str, price_book_id: str, publication: Publication
    ) -> None:
        """Publish a draft in the caller's transaction; refuses as `publish` does."""
        self.require_draft_within(connection, workspace_id, price_book_id, publication.content_hash)
        change = schema.price_books.update().where(_mine(workspace_id, price_book_id))
        connection.execute(
            change.values(
                status="published",
                effective=publication.effective,
                published_by=publication.by,
                published_at=self._clock(),
                acknowledged=list(publication.acknowledged),
            )
        )
        detail = {
            "content_hash": publication.content_hash,
            "effective": publication.effective.isoformat(),
            "acknowledged": list(publication.acknowledged),
        }
        self._audit.record(
            connection, workspace_id, by=publication.by, action="price_book.published",
            subject=price_book_id, detail=detail,
        )  # fmt: skip
        told = {"price_book": price_book_id, "effective": publication.effective.isoformat()}
        self._outbox.add(connection, workspace_id, type="price_book.published", data=told)

    def require_within(
        self, connection: sa.Connection, workspace_id: str, price_book_id: str, content_hash: str
    ) -> None:
        """Hold a version with this content as it is until the caller's transaction ends.

        Raises
        ------
        ContentMoved
            It has other content.
        """
        table = schema.price_books
        query = sa.select(table.c.content_hash).where(_mine(workspace_id, price_book_id)).with_for_update()
        _require(content_hash, connection.execute(query).scalar(), of=price_book_id)

    def require_draft_within(
        self, connection: sa.Connection, workspace_id: str, price_book_id: str, content_hash: str
    ) -> None:
        """Hold a draft with this content as it is; refuses as `publish` does."""
        _require(
            content_hash, self._draft(connection, workspace_id, price_book_id).content_hash, of=price_book_id
        )

    def withdraw_within(
        self, connection: sa.Connection, workspace_id: str, price_book_id: str, *, by: str
    ) -> None:
        """Take a published version out of force in the caller's transaction: the one before it counts again."""
        mine = _mine(workspace_id, price_book_id)
        connection.execute(schema.price_books.update().where(mine).values(withdrawn_at=self._clock()))
        self._audit.record(
            connection, workspace_id, by=by, action="price_book.withdrawn", subject=price_book_id, detail={}
        )

    def get(self, workspace_id: str, price_book_id: str) -> StoredPriceBook:
        """Read one version; `NotFound` also for another workspace's."""
        query = schema.price_books.select().where(_mine(workspace_id, price_book_id))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("price book", price_book_id)
        return _price_book(row)

    def current(self, workspace_id: str, *, on: date, but: str | None = None) -> StoredPriceBook | None:
        """Read the version that is in force on a day, or would be without one (`but`); null where none is."""
        table = schema.price_books
        in_force = sa.and_(
            table.c.workspace_id == workspace_id,
            table.c.status == "published",
            table.c.withdrawn_at.is_(None),
            table.c.effective <= on,
            table.c.id != (but or ""),
        )
        newest = (table.c.effective.desc(), table.c.published_at.desc(), table.c.id.desc())
        with self._database.reading() as connection:
            row = connection.execute(table.select().where(in_force).order_by(*newest).limit(1)).first()
        return None if row is None else _price_book(row)

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[StoredPriceBook]:
        """Read the versions of a workspace, drafts too, newest first."""
        table = schema.price_books
        query = table.select().where(table.c.workspace_id == workspace_id)
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=table.c.id, limit=limit, cursor=cursor)
        return Page([_price_book(row) for row in rows], following)

    def _draft(self, connection: sa.Connection, workspace_id: str, price_book_id: str) -> sa.Row[Any]:
        """Hold a draft for a change."""
        query = schema.price_books.select().where(_mine(workspace_id, price_book_id)).with_for_update()
        row = connection.execute(query).first()
        if row is None:
            raise NotFound("price book", price_book_id)
        if row.status != "draft":
            raise AlreadyPublished(f"price book {price_book_id!r} is published; make a new draft of it")
        return row


def _require(content_hash: str, found: str | None, *, of: str) -> None:
    if found != content_hash:
        raise ContentMoved(f"price book {of!r} has the content {found}")


def _columns(content: DraftContent) -> dict[str, Any]:
    return {
        "name": content.book.name,
        "currency": content.book.currency,
        "content": content.book.as_json(),
        "content_hash": content.book.content_hash,
        "made_from": dict(content.made_from),
        "remarks": [dict(remark) for remark in content.remarks],
    }


def _mine(workspace_id: str, price_book_id: str) -> sa.ColumnElement[bool]:
    table = schema.price_books
    return sa.and_(table.c.workspace_id == workspace_id, table.c.id == price_book_id)


def _price_book(row: sa.Row[Any]) -> StoredPriceBook:
    return StoredPriceBook(**row._mapping)
