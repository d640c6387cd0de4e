"""Callers whom HubSpot vouches for: its cards can send no key, so each request carries a signature (version 3).

Signed is ``method + address + body + moment``: the address as HubSpot called it with twelve escapes decoded, the moment
in milliseconds. The signature is the base64 of its HMAC-SHA256 under the secret of the customer's HubSpot app.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import Request

from api.keys import Caller
from api.problems import Unauthenticated
from api.traffic import route_class
from pricing_service.config import HubSpotPortal, UnsafeSettings
from pricing_service.storage import Workspace

SIGNATURE, MOMENT = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
SCOPES = frozenset({"recommendations:read"})
"""What a card may do; more takes a key."""
WINDOW_SECONDS = 300.0
"""How far HubSpot's moment may be from ours: how long a signed request can be sent again."""
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


class HubSpotCallers:
    """Find out who asks through HubSpot.

    Parameters
    ----------
    portals
        HubSpot account → its workspace, its app's secret, and the address under which HubSpot calls this service.
    workspaces
        Those that there are.
    clock
        Seconds since 1970.

    Raises
    ------
    UnsafeSettings
        If an account's workspace is none of them, or its name is that of several.
    """

    def __init__(
        self,
        portals: Mapping[str, HubSpotPortal],
        workspaces: Sequence[Workspace],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._portals = portals
        self._homes = {account: _home(portal, workspaces) for account, portal in portals.items()}
        self._clock = clock

    async def identify(self, request: Request) -> Caller:
        """Find out who asks; the body is read only for a known account and a moment in the window.

        Raises
        ------
        Unauthenticated
            For whatever HubSpot did not sign for an account of the settings a moment ago: the answer is the same.
        """
        asked = parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        portal_id, user = _only(asked, "portalId"), _only(asked, "userId")
        portal = self._portals.get(portal_id or "")
        moment = request.headers.get(MOMENT, "")
        if portal is None or not self._is_now(moment):
            raise _refused()
        expected = signature(
            portal.secret.get_secret_value(),
            method=request.method,
            address=portal.origin + _called(request),
            body=await request.body() if request.method == "POST" else b"",
            moment=moment,
        )
        if not hmac.compare_digest(request.headers[SIGNATURE].encode("latin-1"), expected.encode()):
            raise _refused()
        return Caller(
            workspace_id=self._homes[str(portal_id)],
            name=f"HubSpot user {user}" if user else f"HubSpot account {portal_id}",
            scopes=SCOPES,
            key_id=f"hubspot:{portal_id}",
        )

    def _is_now(self, moment: str) -> bool:
        known = _NUMBER.fullmatch(moment)
        return known is not None and abs(self._clock() - int(moment) / 1000) <= WINDOW_SECONDS


def vouched(request: Request) -> bool:
    """Tell whether a request is a card's: HubSpot's signature, no key, and a route of CRMs, whose bodies are small."""
    signed = SIGNATURE in request.headers and "authorization" not in request.headers
    return signed and route_class(request.method, request.url.path) == "crm"


def signature(secret: str, *, method: str, address: str, body: bytes, moment: str) -> str:
    """Sign a request as HubSpot does.

    Examples
    --------
    >>> signature(
    ...     "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", method="POST", address="https://www.example.com/webhook_uri",
    ...     body=b"{'example_field':'example_value'}", moment="15000000",
    ... )
    'HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw='
    """
    decoded = _ESCAPE.sub(lambda escape: _DECODED[escape[0].upper()], address)
    signed = method.encode() + decoded.encode("latin-1") + body + moment.encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def _home(portal: HubSpotPortal, workspaces: Sequence[Workspace]) -> str:
    """Find an account's workspace by its name or id; names need not be unique."""
    found = [one.id for one in workspaces if portal.workspace in (one.id, one.name)]
    if len(found) != 1:
        raise UnsafeSettings(
            f"PRICING_SERVICE_HUBSPOT_PORTALS names the workspace {portal.workspace}, and {len(found)} have that name "
            "or id: `pricing-service keys create` makes one and shows its id"
        )
    return found[0]


def _called(request: Request) -> str:
    """Return path and query as they were sent."""
    query: bytes = request.scope["query_string"]
    path: bytes = request.scope["raw_path"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def _only(asked: Mapping[str, list[str]], name: str) -> str | None:
    """Return a number that HubSpot appended; None where it is not there exactly once: a card may write a second one."""
    found = asked.get(name, [])
    return found[0] if len(found) == 1 and _NUMBER.fullmatch(found[0]) else None


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "HubSpot's signature is not valid here: compare the app's secret, the account and the address in "
        "PRICING_SERVICE_HUBSPOT_PORTALS with HubSpot's, and this machine's clock.",
        headers={"WWW-Authenticate": "Bearer"},
    )
