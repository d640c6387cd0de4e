"""`create_app`: the one place that wires the doors to storage; start reading here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Scope

from api import database_away, openapi, problems
from api.analyses import AnalysisDesk
from api.buckets import Buckets
from api.datasets import DatasetDesk
from api.failed_keys import FailedKeys
from api.headers import SafeHeaders
from api.hubspot_callers import HubSpotCallers
from api.key_desk import KeyDesk
from api.limits import BodyLimit
from api.local_workspace import make_local_workspace
from api.pace import Pace
from api.price_books import PriceBookDesk
from api.proposals import ProposalDesk
from api.readiness import Drain
from api.recommendations.callers import Callers
from api.recommendations.desk import RecommendationDesk
from api.recommendations.front import CustomerReads
from api.recommendations.held import HeldSnapshots
from api.routes import (
    agents,
    analyses,
    audit,
    datasets,
    health,
    keys,
    pages,
    price_books,
    proposals,
    recommendations,
    rows,
    simulations,
    webhook_endpoints,
)
from api.telemetry import Meters, Telemetry
from api.traffic import LoadShedding
from api.webhooks import WebhookDesk
from pricing_service.config import RouteClass, Settings
from pricing_service.decisions import DECISIONS
from pricing_service.storage import Storage

_SMALL_BODY = 1 << 20
_ROWS_BODY = 32 << 20
_LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "testserver"]


def create_app(
    settings: Settings, *, storage: Storage | None = None, shared_buckets: int | None = None
) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings
        Where things live and what may come in.
    storage
        An open storage, if the caller has one; otherwise one is opened here and closed at shutdown.
    shared_buckets
        The file in which several processes share how fast callers may be; None: this process is alone.

    Raises
    ------
    UnsafeSettings
        Outside `dev` without a secret.
    """
    settings.secret_bytes()
    store = storage or Storage.open(settings)
    if settings.dev:
        make_local_workspace(store)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if storage is None:
            store.close()

    app = FastAPI(
        title="pricing-service",
        version=version("pricing-service"),
        description="What to charge for, how much, and what that does to retention.",
        docs_url=None,  # the framework's page loads its scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        lifespan=lifespan,
    )
    _furnish(app, store, settings)
    _limit(app, settings, shared_buckets)
    for resource in (
        datasets, rows, analyses, price_books, simulations, proposals, audit, recommendations, keys, webhook_endpoints,
        agents, health, pages,
    ):  # fmt: skip
        app.include_router(resource.router)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]  # the framework's own way
    problems.install(app, tags=frozenset(DECISIONS))
    database_away.install(app)
    _guard(app, store, settings)
    return app


def _furnish(app: FastAPI, store: Storage, settings: Settings) -> None:
    """Put the desks into the application, where routes find them."""
    app.state.settings = settings
    app.state.storage = store
    app.state.datasets = DatasetDesk(store)
    app.state.analyses = AnalysisDesk(store, settings)
    app.state.price_books = PriceBookDesk(store, settings, app.state.analyses)
    app.state.proposals = ProposalDesk(store, settings)
    app.state.keys = KeyDesk(store)
    portals = settings.hubspot_portals
    app.state.hubspot = HubSpotCallers(portals, store.workspaces.list() if portals else ())
    app.state.webhooks = WebhookDesk(store, settings)
    app.state.meters = Meters()
    app.state.drain = Drain()
    app.state.snapshots = HeldSnapshots(store)
    app.state.recommendations = RecommendationDesk(store, app.state.snapshots)


def _limit(app: FastAPI, settings: Settings, shared: int | None) -> None:
    """Put how fast callers may be into the application."""
    # The keys of a local workspace belong to one machine, and demos and tests run as fast as they can.
    rates = {} if settings.dev else _by_class(settings.requests_per_minute)
    failures = None if settings.dev else settings.failed_keys_per_minute
    app.state.pace = Pace(rates, buckets=Buckets(shared, table=0))
    app.state.failed_keys = FailedKeys(failures, buckets=Buckets(shared, table=1))


def _guard(app: FastAPI, store: Storage, settings: Settings) -> None:
    """Put around the application what every request passes; the last one added is the outermost."""
    app.add_middleware(BodyLimit, cap=lambda scope: _cap(scope, settings))
    app.add_middleware(LoadShedding, at_once=_by_class(settings.requests_at_once), shared=not settings.dev)
    app.add_middleware(SafeHeaders, routes=app.routes)
    reads = next(
        each for each in recommendations.router.routes if getattr(each, "name", "") == "read_recommendation"
    )
    app.add_middleware(
        CustomerReads,
        callers=Callers(store, failed=app.state.failed_keys),
        held=app.state.snapshots,
        pace=app.state.pace,
        route=reads,
    )
    if settings.dev:
        # A page elsewhere could point its own name at this machine and read the answers.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=_LOOPBACK)
    app.add_middleware(Telemetry, meters=app.state.meters, drain=app.state.drain)


def _by_class(bounds: Mapping[RouteClass, int]) -> dict[str, int]:
    return {str(kind): bound for kind, bound in bounds.items()}


def _operation_id(route: APIRoute) -> str:
    """Name an operation by its function: letters and underscores, which Apex classes take too."""
    return route.name


def _cap(scope: Scope, settings: Settings) -> int:
    """Files go to the disk as they come; everything else is read into memory."""
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if scope["path"] == "/v1/datasets" and kind.startswith(b"multipart/form-data"):
        return settings.max_upload_bytes
    return _ROWS_BODY if "/rows/" in scope["path"] else _SMALL_BODY
