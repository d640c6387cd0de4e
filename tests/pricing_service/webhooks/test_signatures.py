"""Signatures are those of Standard Webhooks, and secrets are the endpoint's own."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pricing_service.storage import Endpoint
from pricing_service.webhooks.signatures import secrets_in_force, signature_header, signing_secret

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENDPOINT = Endpoint(
    id="we_1",
    workspace_id="ws_1",
    url="https://name.example/",
    events=[],
    secret_version=3,
    previous_until=None,
    disabled=None,
    disabled_at=None,
    created_by="Ada",
    created_at=NOW,
    changed_at=NOW,
)


def test_the_standards_own_vector_is_reproduced() -> None:
    header = signature_header(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_long_enough_and_nobody_elses() -> None:
    secret = signing_secret(ENDPOINT, service_secret=b"0123456789abcdef")
    others = [
        signing_secret(ENDPOINT, service_secret=b"another secret 16"),
        signing_secret(ENDPOINT, service_secret=b"0123456789abcdef", version=2),
        signing_secret(replace(ENDPOINT, id="we_2"), service_secret=b"0123456789abcdef"),
    ]

    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert len({secret, *others}) == 4


def test_after_a_rotation_two_secrets_sign_until_the_older_one_ends() -> None:
    rotated = replace(ENDPOINT, previous_until=NOW + timedelta(hours=24))

    def count(hours: float) -> int:
        now = NOW + timedelta(hours=hours)
        return len(secrets_in_force(rotated, service_secret=b"0123456789abcdef", now=now))

    assert (count(0), count(23.9), count(24)) == (2, 2, 1)
    assert len(secrets_in_force(ENDPOINT, service_secret=b"0123456789abcdef", now=NOW)) == 1
