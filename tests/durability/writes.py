"""Every kind of write that the API's document names: what has to be there before it, and how it is asked.

A write without a scenario here fails `test_writes.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from pricing_service.recommendations.customers import recommendation_id
from tests.api import small_business
from tests.api.operations import Operation, operations

BOOK = {"name": "Board", "currency": "EUR", "plans": [{"name": "pro", "price": 49}]}
NOTHING_WRITTEN = {"read_recommendations", "read_lead_recommendation", "read_quote_guidance"}
"""They are posted for their bodies' sake, and only read."""


@dataclass(frozen=True)
class Ask:
    """One request, as a client keeps it to send it again."""

    method: str
    path: str
    sent: Mapping[str, Any] = field(default_factory=dict)  # `json`, or `data` and `files`
    by: str = "dev"
    key: str | None = None

    def send(self, client: httpx.Client) -> httpx.Response:
        """Send it; again with the same key if it has one."""
        headers = {"Authorization": f"Bearer {self.by}"}
        headers |= {"Idempotency-Key": self.key} if self.key else {}
        return client.request(self.method, self.path, headers=headers, **self.sent)


class Shop:
    """A workspace in which every write can be asked; whatever a write needs is made for it alone.

    Parameters
    ----------
    client
        Asks the service.
    dataset, analysis
        A dataset, and an analysis of the kind `tiers` of it that has succeeded.
    """

    def __init__(self, client: httpx.Client, *, dataset: str, analysis: str) -> None:
        self.client = client
        self.dataset = dataset
        self.analysis = analysis
        self._numbers = itertools.count(1)

    def ask(self, name: str, *, key: str) -> Ask:
        """Make what a write needs, and say how it is asked."""
        asked = Ask(*WRITES[name](self))
        return replace(asked, key=key) if asked.method == "POST" else asked

    def made(self, path: str, json: Any, *, by: str = "dev") -> str:
        """Make something, and return its id."""
        answer = Ask("POST", path, {"json": json}, by).send(self.client)
        assert answer.is_success, f"{path}: {answer.text}"
        return str(answer.json()["id"])

    def number(self) -> int:
        """Return another number each time."""
        return next(self._numbers)

    def book(self) -> str:
        """Make a draft of the price book."""
        return self.made("/v1/price-books", {"book": BOOK})

    def proposal(self) -> str:
        """Make a proposal of a draft."""
        return self.made("/v1/proposals", {"price_book": self.book(), "title": "Board"})

    def approved(self) -> str:
        """Make a proposal that the other person has approved."""
        proposal = self.proposal()
        self.made(f"/v1/proposals/{proposal}/votes", {"decision": "approve"}, by="dev2")
        return proposal

    def approved_menu(self) -> str:
        """Make a proposal of a menu that the other person has approved: it publishes an analysis too."""
        proposal = self.made("/v1/proposals", {"analysis": self.analysis, "title": "Menu"})
        self.made(f"/v1/proposals/{proposal}/votes", {"decision": "approve"}, by="dev2")
        return proposal

    def published(self) -> str:
        """Make a proposal that is published."""
        proposal = self.approved()
        self.made(f"/v1/proposals/{proposal}/publish", {})
        return proposal

    def endpoint_asked(self) -> dict[str, Any]:
        """Say what a webhook endpoint of this shop is; its oldest go first, since a workspace has at most twenty."""
        home = f"https://hooks.invalid/{self.dataset}/"
        listed = Ask("GET", "/v1/webhook-endpoints").send(self.client).json()["data"]
        for old in [one for one in listed if one["url"].startswith(home)][3:]:
            Ask("DELETE", f"/v1/webhook-endpoints/{old['id']}").send(self.client)
        return {"url": f"{home}{self.number()}", "events": ["price_book.published", "proposal.approved"]}

    def endpoint(self) -> str:
        """Make a webhook endpoint."""
        return self.made("/v1/webhook-endpoints", self.endpoint_asked())

    def tested(self) -> tuple[str, str]:
        """Make an endpoint and send it a test."""
        endpoint = self.endpoint()
        return endpoint, self.made(f"/v1/webhook-endpoints/{endpoint}/test", {})

    def new_dataset(self, *, passing: str | None = None) -> str:
        """Make a dataset that a write may take away, with a customer more that is in no other one."""
        answer = Ask("POST", "/v1/datasets", upload(f"Jobs {self.number()}", passing=passing)).send(
            self.client
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def upload(name: str, *, passing: str | None = None) -> dict[str, Any]:
    """Say how the small business is sent as files, with a customer more if one is named."""
    tables = small_business.tables()
    if passing is not None:
        tables["customers.csv"] += f"{passing},2024-06-01,DE\n"
    return {"data": {"name": name, "currency": "EUR"}, "files": small_business.parts(tables)}


Asked = tuple[Any, ...]


def _post_rows(shop: Shop) -> Asked:
    row = {"customer_id": "c00", "date": "2025-12-15", "metric": "postings", "units": 100 + shop.number()}
    return "POST", f"/v1/datasets/{shop.dataset}/rows/usage", {"json": [row]}


def _forget_customer(shop: Shop) -> Asked:
    # A forgotten customer is gone from the whole workspace, and analyses that knew of it with it.
    passing = f"passing-{shop.dataset}-{shop.number()}"
    return "DELETE", f"/v1/datasets/{shop.new_dataset(passing=passing)}/customers/{passing}"


def _cancel_analysis(shop: Shop) -> Asked:
    asked = {"dataset": shop.dataset, "kind": "report"}
    return "DELETE", f"/v1/analyses/{shop.made('/v1/analyses', asked)}"


def _replay(shop: Shop) -> Asked:
    endpoint, _ = shop.tested()
    return "POST", f"/v1/webhook-endpoints/{endpoint}/replay", {"json": {"since": "2026-01-01T00:00:00Z"}}


def _replay_one(shop: Shop) -> Asked:
    endpoint, event = shop.tested()
    return "POST", f"/v1/webhook-endpoints/{endpoint}/deliveries/{event}/replay"


def _publish_book(shop: Shop) -> Asked:
    book = shop.book()
    read = Ask("GET", f"/v1/price-books/{book}").send(shop.client).json()
    confirm = {"hash": read["content_hash"], "breaches": ["not_simulated"]}
    return "POST", f"/v1/price-books/{book}/publish", {"json": {"confirm": confirm}}


def _feedback(shop: Shop) -> Asked:
    place = f"/v1/recommendations/{recommendation_id('ws_local', 'c07')}/feedback"
    number = shop.number()
    said = {"accepted": False, "price": number, "reason": "budget", "request_id": f"{shop.dataset}-{number}"}
    return "POST", place, {"json": said}


WRITES: dict[str, Callable[[Shop], Asked]] = {
    "create_dataset": lambda shop: ("POST", "/v1/datasets", upload(f"Jobs {shop.number()}")),
    "post_rows": _post_rows,
    "delete_dataset": lambda shop: ("DELETE", f"/v1/datasets/{shop.new_dataset()}"),
    "forget_customer": _forget_customer,
    "create_analysis": lambda shop: (
        "POST", "/v1/analyses", {"json": {"dataset": shop.dataset, "kind": "growth", "seed": shop.number()}}
    ),
    "cancel_analysis": _cancel_analysis,
    "create_price_book": lambda shop: ("POST", "/v1/price-books", {"json": {"book": BOOK}}),
    "replace_price_book": lambda shop: (
        "PUT", f"/v1/price-books/{shop.book()}", {"json": {"book": {**BOOK, "name": f"B{shop.number()}"}}}
    ),
    "publish_price_book": _publish_book,
    "create_simulation": lambda shop: (
        "POST", f"/v1/price-books/{shop.book()}/simulations", {"json": {"dataset": shop.dataset}}
    ),
    "create_proposal": lambda shop: (
        "POST", "/v1/proposals", {"json": {"price_book": shop.book(), "title": "Board"}}
    ),
    "create_proposal of a menu": lambda shop: (
        "POST", "/v1/proposals", {"json": {"analysis": shop.analysis, "title": "Menu"}}
    ),
    "edit_proposal": lambda shop: ("PUT", f"/v1/proposals/{shop.proposal()}", {"json": {"title": "Other"}}),
    "edit_proposal to a menu": lambda shop: (
        "PUT", f"/v1/proposals/{shop.proposal()}", {"json": {"analysis": shop.analysis}}
    ),
    "vote_on_proposal": lambda shop: (
        "POST", f"/v1/proposals/{shop.proposal()}/votes", {"json": {"decision": "approve"}}, "dev2"
    ),
    "publish_proposal": lambda shop: ("POST", f"/v1/proposals/{shop.approved()}/publish", {"json": {}}),
    "publish_proposal of a menu": lambda shop: (
        "POST", f"/v1/proposals/{shop.approved_menu()}/publish", {"json": {}}
    ),
    "withdraw_proposal": lambda shop: ("POST", f"/v1/proposals/{shop.published()}/withdraw"),
    "create_recommendation_feedback": _feedback,
    "create_key": lambda shop: (
        "POST", "/v1/keys", {"json": {"name": f"K{shop.number()}", "scopes": ["data:read"]}}
    ),
    "revoke_key": lambda shop: (
        "DELETE", f"/v1/keys/{shop.made('/v1/keys', {'name': 'gone', 'scopes': ['data:read']})}"
    ),
    "create_webhook_endpoint": lambda shop: (
        "POST", "/v1/webhook-endpoints", {"json": shop.endpoint_asked()}
    ),
    "replace_webhook_endpoint": lambda shop: (
        "PUT", f"/v1/webhook-endpoints/{shop.endpoint()}", {"json": shop.endpoint_asked()}
    ),
    "delete_webhook_endpoint": lambda shop: ("DELETE", f"/v1/webhook-endpoints/{shop.tested()[0]}"),
    "rotate_webhook_secret": lambda shop: ("POST", f"/v1/webhook-endpoints/{shop.endpoint()}/rotate"),
    "test_webhook_endpoint": lambda shop: ("POST", f"/v1/webhook-endpoints/{shop.endpoint()}/test"),
    "replay_webhooks": _replay,
    "replay_webhook_delivery": _replay_one,
}  # fmt: skip
"""Operation, and which variant of it → method, path, what is sent, and by whom."""


def unlisted(document: Mapping[str, Any]) -> set[str]:
    """Operations that may write and have no scenario, and scenarios of operations that are gone."""
    named = {name.partition(" ")[0] for name in WRITES} | NOTHING_WRITTEN
    return named ^ {name for name, operation in operations(document).items() if _may_write(operation)}


def _may_write(operation: Operation) -> bool:
    return operation.method not in {"GET", "HEAD", "OPTIONS"}
