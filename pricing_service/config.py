"""Settings: every variable that an operator can set, with its unit, its default and what is refused."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

# In `dev` the service binds to loopback only and its two keys are public (`dev`, `dev2`), so its secret may
# be public too. Hashes made with it are worthless under a real secret: dev keys cannot leak into production.
_DEV_SECRET = "pricing-service-dev"
_SHORTEST_SECRET = 16
RouteClass = Literal["crm", "read", "write", "heavy", "agents"]


class UnsafeSettings(ValueError):
    """The settings would open the service to everyone or lose data; the message says how to mend them."""


class HubSpotPortal(BaseModel):
    """A HubSpot account whose card may read a workspace's recommendations.

    Parameters
    ----------
    workspace
        The workspace's name or id.
    secret
        The client secret of the account's own app; HubSpot signs with it.
    origin
        The address under which HubSpot calls this service, as its card has it: https, and no slash at the end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: str = Field(min_length=1)
    secret: SecretStr = Field(min_length=_SHORTEST_SECRET)
    origin: str = Field(pattern=r"^https://[^\s/?#]+(/[^\s/?#]+)*$")


class Settings(BaseSettings):
    """Everything that differs between two installations.

    Each field is read from the environment as `PRICING_SERVICE_<FIELD>`, for example
    `PRICING_SERVICE_DATA_FOLDER=/srv/pricing`. Arguments win over the environment.

    Examples
    --------
    >>> settings = Settings(data_folder=Path("/srv/pricing"), dev=True)
    >>> settings.service_url, settings.jobs_url
    ('sqlite:////srv/pricing/service.sqlite', 'sqlite:////srv/pricing/jobs.sqlite')
    """

    model_config = SettingsConfigDict(env_prefix="PRICING_SERVICE_", frozen=True, extra="forbid")

    data_folder: Path = Field(Path("pricing-service-data"), description="where all bytes and databases live")
    database_url: str | None = Field(
        None, description="postgresql+psycopg://… in production; default: service.sqlite in the data folder"
    )
    secret: SecretStr | None = Field(None, description="keys are hashed with it; at least 16 characters")
    dev: bool = Field(False, description="loopback only, a local workspace, the keys `dev` and `dev2`")
    connections: dict[str, str] = Field(
        default_factory=dict,
        description="databases that may be read, name → address; JSON in the environment",
    )
    api_processes: int = Field(
        1, ge=1, le=64, description="processes of `serve` that answer requests on its one port"
    )
    worker_jobs: int = Field(1, ge=1, le=64, description="analyses that one worker process runs at a time")
    max_upload_bytes: int = Field(2 * 1024**3, gt=0, description="largest request body, bytes")
    guard_p95_rise: float = Field(
        0.25,
        ge=0,
        description="guard of price books: the highest 95th percentile of customers' change",
    )
    guard_total_change: float = Field(
        0.10, ge=0, description="guard of price books: the largest change of the total, up or down, a share"
    )
    guard_left_out: float = Field(
        0.05,
        ge=0,
        le=1,
        description="guard of price books: the largest share of customers who cannot be compared",
    )
    committee_approvals: int = Field(
        1, ge=1, description="approvals that a proposal needs, of others than its authors"
    )
    committee_approvals_beyond: int = Field(
        2, ge=1, description="approvals where a proposal goes beyond the guard of price books"
    )
    committee_only: bool = Field(
        False, description="publish price books by approved proposals alone, never directly"
    )
    requests_per_minute: dict[RouteClass, Annotated[int, Field(gt=0)]] = Field(
        {"crm": 12_000, "read": 1200, "write": 240, "heavy": 60, "agents": 600},
        description="per key, by class of routes, before 429, all API processes of one `serve` together; JSON in the "
        "environment; off in `dev`",
    )
    requests_at_once: dict[RouteClass, Annotated[int, Field(gt=0)]] = Field(
        {"read": 32, "write": 64, "heavy": 8, "agents": 16},
        description="in progress per process, by class of routes, before 503; one key holds at most half of them (all "
        "in `dev`); JSON in the environment",
    )
    drain_seconds: float = Field(
        5,
        ge=0,
        le=300,
        description="how long `/readyz` says 503 at SIGTERM before no more requests are taken; none in `dev`",
    )
    failed_keys_per_minute: int = Field(
        30,
        gt=0,
        description="keys from one address that may open nothing, all API processes of one `serve` together, before "
        "429; off in `dev`",
    )
    max_queued_analyses: int = Field(1000, gt=0, description="queued analyses per workspace before 429")

    job_minutes: float = Field(
        360, gt=0, description="how long one analysis may take in a worker before it fails with `time_limit`"
    )
    job_megabytes: int = Field(
        8192,
        ge=256,
        description="memory that a step of an analysis may hold before it fails with `memory_limit`, "
        "as the system tells it (Linux)",
    )
    worker_spare_time: bool = Field(
        default=False,
        description="whether a worker takes only CPU time that nothing else on the machine wants (Linux), where "
        "reads must not be late; otherwise it stands back and goes on",
    )
    hubspot_portals: dict[Annotated[str, Field(pattern=r"^\d{1,15}$")], HubSpotPortal] = Field(
        default_factory=dict,
        description="HubSpot accounts whose card may ask: account → `workspace`, `secret`, `origin`; JSON in the "
        "environment",
    )
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        description="networks that webhooks may reach though they are not public; JSON in the environment",
    )
    webhook_senders: int = Field(
        8, ge=0, le=64, description="webhooks that one worker process sends at a time"
    )

    forgotten_file: Path | None = Field(
        None,
        description="tombstones of forgotten customers, which outlive a return to an older backup; "
        "default: forgotten.jsonl in the data folder",
    )

    @property
    def forgotten_path(self) -> Path:
        """Where the tombstones of forgotten customers are written, a line each."""
        return (self.forgotten_file or self.data_folder / "forgotten.jsonl").absolute()

    @property
    def service_url(self) -> str:
        """SQLAlchemy address of our own database."""
        if self.database_url is None:
            return f"sqlite:///{self.data_folder.absolute()}/service.sqlite"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database_url

    @property
    def jobs_url(self) -> str:
        """SQLAlchemy address of the database that dbos keeps.

        A second file on SQLite, so that its polling never waits for our writers; on PostgreSQL the same
        database, where dbos has a schema of its own.
        """
        if self.database_url is None:
            return f"sqlite:///{self.data_folder.absolute()}/jobs.sqlite"
        return self.service_url

    def secret_bytes(self) -> bytes:
        """Give the secret that keys are hashed with.

        Raises
        ------
        UnsafeSettings
            Outside `dev`, without a secret or with one shorter than 16 characters.
        """
        if self.secret is not None and len(self.secret.get_secret_value()) >= _SHORTEST_SECRET:
            return self.secret.get_secret_value().encode()
        if self.secret is None and self.dev:
            return _DEV_SECRET.encode()
        raise UnsafeSettings(
            f"set PRICING_SERVICE_SECRET to at least {_SHORTEST_SECRET} random characters, for example the "
            'output of `python -c "import secrets; print(secrets.token_urlsafe(32))"`, or use --dev'
        )
