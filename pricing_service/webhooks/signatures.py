"""Secrets and signatures of Standard Webhooks 1.0.0: `v1,` + base64(HMAC-SHA256(secret, id.timestamp.body)).

No signing secret is stored. It is derived from the service's secret, the endpoint's id and a counter that each rotation
raises: a stolen database signs nothing, and whoever changes the service's secret changes every signing secret with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from pricing_service.storage import Endpoint

_PREFIX = "whsec_"


def signing_secret(endpoint: Endpoint, *, service_secret: bytes, version: int | None = None) -> str:
    """Give an endpoint's secret as its receiver needs it: `whsec_` + base64 of 32 bytes."""
    told = f"webhook-signing\0{endpoint.id}\0{version or endpoint.secret_version}"
    key = hmac.new(service_secret, told.encode(), hashlib.sha256).digest()
    return _PREFIX + base64.b64encode(key).decode()


def secrets_in_force(endpoint: Endpoint, *, service_secret: bytes, now: datetime) -> list[str]:
    """Give the secrets that sign at a moment: the newest, and for a day after a rotation the one before."""
    versions = [endpoint.secret_version]
    if endpoint.previous_until is not None and now < endpoint.previous_until:
        versions.append(endpoint.secret_version - 1)
    return [signing_secret(endpoint, service_secret=service_secret, version=version) for version in versions]


def signature_header(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """Write `webhook-signature`: one signature for each secret, a space between them.

    Examples
    --------
    The standard's own example:

    >>> signature_header(
    ...     ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    ...     message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     timestamp=1614265330,
    ...     body=b'{"test": 2432232314}',
    ... )
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = (base64.b64decode(secret.removeprefix(_PREFIX)) for secret in secrets)
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
