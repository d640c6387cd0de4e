"""Who is asking: the bearer key, its workspace and its scopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.failed_keys import FailedKeys
from api.problems import Forbidden, TooFast, Unauthenticated
from pricing_service.storage import Storage

ScopeName = Literal[
    "data:write",
    "data:read",
    "analyses:run",
    "recommendations:read",
    "experiments:write",
    "proposals:write",
    "proposals:approve",
    "prices:publish",
    "admin",
]
SCOPES: tuple[str, ...] = get_args(ScopeName)

# Only for the OpenAPI document: `identify` reads the header itself, before the body is read.
_scheme = HTTPBearer(auto_error=False, scheme_name="Key", description="a key of your workspace")


@dataclass(frozen=True)
class Caller:
    """A key that was found valid.

    Parameters
    ----------
    workspace_id
        The workspace that the key belongs to; every stored thing is looked up inside it.
    name
        Whose key it is.
    scopes
        What the key may do.
    key_id
        Which key it is: each has a pace of its own.
    """

    workspace_id: str
    name: str
    scopes: frozenset[str]
    key_id: str


def token_of(authorization: str) -> str:
    """Return the key in an `Authorization` header; an empty text where there is none.

    Examples
    --------
    >>> token_of("Bearer  key_1 "), token_of("bearer key_1"), token_of("Basic key_1")
    ('key_1', 'key_1', '')
    """
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def identify(request: Request) -> Caller:
    """Find out who is asking.

    Raises
    ------
    Unauthenticated
        Without a key, or with one that is unknown, revoked, expired or misspelt: the answer is the same.
    TooFast
        From an address where too many keys failed.
    """
    authorization = request.headers.get("authorization", "")
    token = token_of(authorization)
    storage: Storage = request.app.state.storage
    failed: FailedKeys = request.app.state.failed_keys
    address = request.client.host if request.client else ""
    if wait := failed.wait(address, authorization.encode("latin-1")):
        detail = f"Too many keys from this address opened nothing; wait {wait} s."
        raise TooFast(detail, headers={"Retry-After": str(wait)})
    key = None
    if token:
        key = await run_in_threadpool(storage.keys.find, token)
    if key is None:
        failed.note(address, authorization.encode("latin-1"))
        raise Unauthenticated(
            "Send `Authorization: Bearer <key>` with a key made by `pricing-service keys create`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    failed.prove(authorization.encode("latin-1"))
    return Caller(workspace_id=key.workspace_id, name=key.name, scopes=frozenset(key.scopes), key_id=key.id)


def needs(scope: str) -> Callable[..., Caller]:
    """Make the dependency that lets only keys with a scope through."""
    assert scope in SCOPES

    def check(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)] = None
    ) -> Caller:
        caller: Caller = request.state.caller
        if scope not in caller.scopes:
            raise Forbidden(f"This needs a key with the scope {scope}.")
        return caller

    return check


def _with(scope: str) -> Any:
    # The scopes stand here for the description, which names them at every operation.
    return Security(needs(scope), scopes=[scope])


DataReader = Annotated[Caller, _with("data:read")]
DataWriter = Annotated[Caller, _with("data:write")]
Publisher = Annotated[Caller, _with("prices:publish")]
RecommendationReader = Annotated[Caller, _with("recommendations:read")]
Proposer = Annotated[Caller, _with("proposals:write")]
Approver = Annotated[Caller, _with("proposals:approve")]
Analyst = Annotated[Caller, _with("analyses:run")]
Administrator = Annotated[Caller, _with("admin")]
