"""A service that runs anywhere, as the terminal asks it: where it is, with which key, and what it refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.problems import Refused

_PATIENCE_SECONDS = 60.0


class RemoteSettings(BaseSettings):
    """Which service is asked, and with which key; a command line would show it to everybody on the machine."""

    model_config = SettingsConfigDict(env_prefix="PRICING_SERVICE_", frozen=True)

    url: str = Field(
        "http://127.0.0.1:8000", description="of `mcp` and `proposals`: the service that is asked"
    )
    key: SecretStr | None = Field(
        None, description="of `mcp` and `proposals`: the key that it is asked with, which says whose"
    )

    @property
    def headers(self) -> dict[str, str]:
        """What lets a request in.

        Raises
        ------
        Refused
            Without a key.
        """
        if self.key is None:
            raise Refused(
                "Set PRICING_SERVICE_KEY to a key of the service, made by `pricing-service keys create`."
            )
        return {"Authorization": f"Bearer {self.key.get_secret_value()}"}


def ask(method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
    """Send one request.

    Parameters
    ----------
    method, path
        Such as ``GET``, ``/v1/proposals``.
    body
        Sent as JSON; left out where there is none.

    Raises
    ------
    Refused
        With the service's own words and the places that it names; without a key, or where no service answers.
    """
    settings = RemoteSettings()
    try:
        with httpx2.Client(
            base_url=settings.url, headers=settings.headers, timeout=_PATIENCE_SECONDS
        ) as client:
            answer = client.request(method, path, json=body)
    except httpx2.HTTPError as error:
        raise Refused(f"No pricing-service answers at {settings.url}.") from error
    if answer.is_success:
        return answer
    raise _refusal(answer)


def _refusal(answer: httpx2.Response) -> Refused:
    try:
        problem = answer.json()
        return Refused(f"{problem['title']}. {problem['detail']}", errors=problem.get("errors") or ())
    except (ValueError, KeyError, TypeError):
        return Refused(f"{answer.url} answered {answer.status_code}, not as a pricing-service does.")
