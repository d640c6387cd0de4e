"""What no schema can say, put into cases that are right in form: ids that are there, usable files, days to come.

Three of four cases of such an operation get it. The fourth is asked as it was drawn, and may be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.api import decided
from tests.api.contract.objects import BOOK, ENDPOINT, Objects

CONNECTION = "warehouse"
Meaning = Callable[[Any], None]


def meanings(objects: Objects) -> Mapping[str, Meaning]:
    """Operation → what gives a case of it its meaning."""
    named = {
        "dataset": objects.priced(),
        "analysis": objects.tiers(),
        "price_book": objects.draft()["version"],
        "against": "paid",
        "content_hash": None,
        "etag": None,
        "request_id": None,
        "effective": "2040-01-01",
        "url": ENDPOINT["url"],
        "customer_id": decided.WHO[0],
        "plan": decided.TIERS[0]["name"],
        "book": BOOK,
        "source": CONNECTION,
        "since": "2026-01-01T00:00:00Z",
    }
    customers = "customer_id,signed_up\nx00,2024-06-01\n"
    row = [{"customer_id": "x00", "date": "2025-12-15", "metric": "postings", "units": 4}]

    def fields(*names: str) -> Meaning:
        return lambda case: case.body.update(
            {name: named[name] for name in names if case.body.get(name) is not None}
        )

    def upload(case: Any) -> None:
        if "files" in case.body:
            case.body.update(files=[customers], currency="EUR")
        else:
            fields("source")(case)

    def rows(case: Any) -> None:
        case.path_parameters["table"], case.body = "usage", row

    def publication(case: Any) -> None:
        version = case.path_parameters["version"]
        if case.body.get("confirm") is not None:
            case.body["confirm"] = {"hash": objects.content_hash(version), "breaches": ["not_simulated"]}

    draft = fields("dataset", "analysis", "price_book", "book")

    def source(case: Any) -> None:
        fields("price_book")(case)
        if case.body.get("analysis") is not None:
            case.body["analysis"] = objects.raises["analysis_id"]

    return {
        "POST /v1/datasets": upload,
        "POST /v1/datasets/{dataset_id}/rows/{table}": rows,
        "POST /v1/analyses": fields("dataset"),
        "POST /v1/price-books": draft,
        "PUT /v1/price-books/{version}": draft,
        "POST /v1/price-books/{version}/publish": publication,
        "POST /v1/price-books/{version}/simulations": fields("dataset", "against"),
        "POST /v1/proposals": source,
        "PUT /v1/proposals/{proposal_id}": source,
        "POST /v1/proposals/{proposal_id}/votes": fields("content_hash"),
        "POST /v1/proposals/{proposal_id}/publish": fields("content_hash", "effective"),
        "POST /v1/recommendations/{recommendation_id}/feedback": fields("etag", "request_id"),
        "POST /v1/webhook-endpoints": fields("url"),
        "PUT /v1/webhook-endpoints/{endpoint_id}": fields("url"),
        "POST /v1/webhook-endpoints/{endpoint_id}/replay": fields("since"),
        "POST /v1/quotes/guidance": fields("customer_id", "plan"),
    }
