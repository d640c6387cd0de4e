"""The tables of `service.sqlite` (or PostgreSQL); every one carries `workspace_id`."""

from __future__ import annotations

import sqlalchemy as sa

from pricing_service.storage.instant import Instant

metadata = sa.MetaData(
    naming_convention={  # constraints need names that a later migration can call
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


workspaces = sa.Table(
    "workspaces",
    metadata,
    sa.Column("workspace_id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)


def _workspace() -> sa.Column[str]:
    return sa.Column(
        "workspace_id", sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False
    )


keys = sa.Table(
    "keys",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("name", sa.String(200), nullable=False),  # the person or system that holds the key
    sa.Column("token_name", sa.String(40), nullable=False, unique=True),  # the part that may be shown
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("expires_at", Instant),  # null: never
    sa.Column("last_used", sa.Date),  # a day, so that a request seldom writes
    sa.Index(None, "workspace_id"),
)

datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),  # the current one
    sa.Column("created_at", Instant, nullable=False),
    sa.Index(None, "workspace_id", "id"),
)

dataset_versions = sa.Table(
    "dataset_versions",
    metadata,
    sa.Column("dataset_id", sa.ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.String(64), primary_key=True),  # sha256 of the content
    _workspace(),
    sa.Column("tables", sa.JSON, nullable=False),  # table → surviving rows
    sa.Column("refused", sa.JSON, nullable=False),  # table → reason
    sa.Column("report", sa.JSON, nullable=False),  # the data report
    sa.Column("created_at", Instant, nullable=False),
)

analyses = sa.Table(
    "analyses",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("dataset_id", sa.String(40), nullable=False),
    sa.Column("dataset_version", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("progress", sa.JSON, nullable=False),  # {"step", "done", "total"}
    sa.Column("error", sa.JSON(none_as_null=True)),  # problem-like
    sa.Column("files", sa.JSON(none_as_null=True)),  # name → sha256 of what the steps wrote
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("started_at", Instant),
    sa.Column("finished_at", Instant),
    sa.ForeignKeyConstraint(
        ["dataset_id", "dataset_version"],
        ["dataset_versions.dataset_id", "dataset_versions.version"],
        ondelete="CASCADE",
    ),
    sa.Index(None, "workspace_id", "id"),
    sa.Index(None, "dataset_id", "dataset_version"),
    sa.Index(None, "status"),
)

price_books = sa.Table(
    "price_books",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("status", sa.String(10), nullable=False),  # draft, then published for good
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),  # the whole book
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("made_from", sa.JSON, nullable=False),  # {"kind", "id"}
    sa.Column("remarks", sa.JSON, nullable=False),  # what to know about how it was read
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("effective", sa.Date),
    sa.Column("published_by", sa.String(200)),
    sa.Column("published_at", Instant),
    sa.Column("acknowledged", sa.JSON(none_as_null=True)),  # codes of the guard that were acknowledged
    sa.Column("withdrawn_at", Instant),  # rolled back: in force no more, on any day
    sa.Index(None, "workspace_id", "id"),
    sa.Index(None, "workspace_id", "status", "effective"),
)

webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("events", sa.JSON, nullable=False),  # the types that it wants
    sa.Column("secret_version", sa.Integer, nullable=False),  # the secret itself is derived, never stored
    sa.Column("previous_until", Instant),  # until then the version before signs too
    sa.Column("disabled", sa.String(10)),  # why nothing is sent; null: it is
    sa.Column("disabled_at", Instant),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Index(None, "workspace_id", "id"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),  # ids, no customer's values
    sa.Column("created_at", Instant, nullable=False),
    sa.Index(None, "workspace_id", "created_at"),
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("endpoint_id", sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("event_id", sa.ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True),
    _workspace(),
    sa.Column("status", sa.String(10), nullable=False),  # waiting, then delivered or failed
    sa.Column("attempts", sa.JSON, nullable=False),  # the latest: [{"at", "status", "error"}]
    sa.Column("tried", sa.Integer, nullable=False),  # since it was queued or replayed
    sa.Column("next_try", Instant),
    sa.Column("lease", sa.String(40)),  # which sender has it in hand
    sa.Column("leased_until", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Index(None, "status", "next_try"),
    sa.Index(None, "event_id"),
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("status", sa.String(10), nullable=False),  # open, then published, withdrawn
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("analysis_id", sa.String(40)),  # no foreign key: forgetting a customer forgets analyses
    sa.Column("price_book_id", sa.String(40)),
    sa.Column("evidence", sa.JSON, nullable=False),  # hashes of what was seen, and what goes far in it
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),  # who proposed and edited it, and so may not approve
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("effective", sa.Date),
    sa.Column("published_by", sa.String(200)),
    sa.Column("published_at", Instant),
    sa.Column("withdrawn_by", sa.String(200)),
    sa.Column("withdrawn_at", Instant),
    sa.Index(None, "workspace_id", "id"),
)

votes = sa.Table(
    "votes",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("proposal_id", sa.ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    sa.Column("person", sa.String(200), nullable=False),
    sa.Column("decision", sa.String(10), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),  # of what was voted on
    sa.Column("cast_at", Instant, nullable=False),
    sa.Column("salt", sa.String(64)),  # of the comment's hash in the audit; null once the comment is redacted
    sa.Column("counts", sa.Boolean, nullable=False),  # false: voided by an edit, or replaced by a later one
    sa.Index(None, "proposal_id", "id"),
    sa.Index(None, "workspace_id"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("workspace_id", sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("workspace_id", sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),  # of the latest entry; writers queue for this row
    sa.Column("entry_hash", sa.String(64), nullable=False),
)

tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("workspace_id", sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),  # sha256 of salt and a forgotten customer's id
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("done_at", Instant),  # null: what was stored of the customer may not be gone yet
)

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("proposal_id", sa.String(40)),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("analysis_id", sa.String(40), nullable=False),
    sa.Column("price_book_id", sa.String(40)),
    sa.Column("effective", sa.Date, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("published_by", sa.String(200), nullable=False),
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.Index(None, "workspace_id", "kind"),
)

recommendation_feedback = sa.Table(
    "recommendation_feedback",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    _workspace(),
    sa.Column("recommendation_id", sa.String(40), nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("etag", sa.String(64), nullable=False),  # of what was recommended
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("price", sa.Float),
    sa.Column("reason", sa.Text),
    sa.Column("recommendation", sa.JSON, nullable=False),  # as it was when it was answered
    sa.Column("given_by", sa.String(200), nullable=False),
    sa.Column("given_at", Instant, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),  # the same said twice is said once
    sa.Index(None, "workspace_id", "fingerprint", unique=True),
)

effects = sa.Table(
    "effects",
    metadata,
    sa.Column("job", sa.String(40), primary_key=True),
    sa.Column("step", sa.String(60), primary_key=True),
    _workspace(),
    sa.Column("done_at", Instant, nullable=False),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("workspace_id", sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),  # sha256 of method, path and payload
    sa.Column("status", sa.Integer),  # null while the first request runs
    sa.Column("headers", sa.JSON(none_as_null=True)),
    sa.Column("body", sa.LargeBinary),
    sa.Column("begun_at", Instant, nullable=False),  # renewed while the first request runs
    sa.Column("claim", sa.String(32)),  # token of who may answer
)
