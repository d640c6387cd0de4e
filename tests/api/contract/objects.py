"""What the contract run asks about: objects that are there, finished and open ones, by the name they have in a path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import count
from typing import Any

from fastapi.testclient import TestClient

from pricing_service.storage import Storage
from tests.api import decided, small_business
from tests.api.in_process import succeeded
from tests.pricing_service.decisions.raised_book import raised_book

BOOK = {"name": "Jobs", "currency": "EUR", "plans": [{"name": "team", "price": 200}]}
ENDPOINT = {"url": "https://hooks.example.com/", "events": ["price_book.published"]}
LOCAL = "ws_local"
Parameters = dict[str, str]


class Objects:
    """The objects of a workspace, made through its doors.

    Parameters
    ----------
    client
        Asks with the key of one person.
    colleague
        The headers of the other, who may approve what the first proposes.
    """

    def __init__(self, client: TestClient, *, colleague: Mapping[str, str]) -> None:
        self.client = client
        self._colleague = dict(colleague)
        self._leaving = count()
        self._kept: set[str] = set()
        self._storage: Storage = client.app.state.storage  # type: ignore[attr-defined]
        files = {
            **small_business.tables(),
            "external_ids.csv": "customer_id,system,external_id\nc00,hubspot,17\n",
        }
        self.dataset = self._upload(files)

    def standing(self) -> Parameters:
        """One object of each kind for whatever reads or changes it, by its name in a path."""
        raised = decided.store(
            self._storage, self.dataset, "raises", decided.RAISES, rows=decided.raise_rows()
        )
        decided.publish(self._storage, raised)
        recommendation = self._got("/v1/customers/c00/recommendation")
        endpoint = self._made("/v1/webhook-endpoints", ENDPOINT)
        self._kept.add(endpoint)
        event = self._made(f"/v1/webhook-endpoints/{endpoint}/test", {})
        return {
            "dataset_id": self.dataset,
            "version": self.draft()["version"],
            "proposal_id": self.proposal()["proposal_id"],
            "endpoint_id": endpoint,
            "event_id": event,
            "recommendation_id": str(recommendation["id"]),
            "customer_id": str(recommendation["customer_id"]),
            "system": "hubspot",
            "external_id": "17",
        }

    @cached_property
    def raises(self) -> Parameters:
        """A finished analysis with rows and letters, and a customer who gets one."""
        texts = {f"{name}.csv": small_business.as_csv(rows) for name, rows in raised_book(240).items()}
        analysis = self._made("/v1/analyses", {"dataset": self._upload(texts), "kind": "raises"})
        succeeded(self._storage, analysis)
        rows = self._got(f"/v1/analyses/{analysis}/rows?limit=1000")["data"]
        return {
            "analysis_id": analysis,
            "customer_id": next(str(row["customer_id"]) for row in rows if row["arm"] == "raise"),
        }

    def report(self) -> Parameters:
        """A finished report."""
        analysis = self._made("/v1/analyses", {"dataset": self.dataset, "kind": "report"})
        succeeded(self._storage, analysis)
        return {"analysis_id": analysis}

    def simulation(self) -> Parameters:
        """A finished simulation under its book."""
        version = self.draft()["version"]
        asked = {"dataset": self.dataset, "against": "paid"}
        simulation = self._made(f"/v1/price-books/{version}/simulations", asked)
        succeeded(self._storage, simulation)
        return {"version": version, "simulation_id": simulation}

    def queued(self) -> Parameters:
        """A queued analysis."""
        return {"analysis_id": self._made("/v1/analyses", {"dataset": self.dataset, "kind": "value_metrics"})}

    def draft(self) -> Parameters:
        """A draft of the price book."""
        return {"version": self._made("/v1/price-books", {"book": BOOK})}

    def proposal(self) -> Parameters:
        """A proposal of a draft, by the first person."""
        asked = {"price_book": self.draft()["version"], "title": "Dearer"}
        return {"proposal_id": self._made("/v1/proposals", asked)}

    def colleagues_proposal(self) -> Parameters:
        """A proposal that the first person may approve."""
        asked = {"price_book": self.draft()["version"], "title": "Dearer"}
        return {"proposal_id": self._made("/v1/proposals", asked, self._colleague)}

    def approved(self) -> Parameters:
        """A proposal that the other person has approved."""
        made = self.proposal()
        self._made(f"/v1/proposals/{made['proposal_id']}/votes", {"decision": "approve"}, self._colleague)
        return made

    def priced(self) -> str:
        """A dataset that has a price list of its own."""
        prices = "plan,price,metric,included_units,overage_price\nteam,190,postings,10,5.5\n"
        return self._upload({**small_business.tables(), "price_book.csv": prices})

    def tiers(self) -> str:
        """A finished analysis that makes a draft."""
        answer = {"metric": "postings", "currency": "EUR", "tiers": decided.TIERS}
        return decided.store(self._storage, self.dataset, "tiers", answer, rows=decided.tier_rows()).id

    def content_hash(self, version: str) -> str:
        """What publishing a draft confirms."""
        return str(self._got(f"/v1/price-books/{version}")["content_hash"])

    def key(self) -> Parameters:
        """A key that nobody uses."""
        return {"key_id": self._made("/v1/keys", {"name": "Ada", "scopes": ["data:read"]})}

    def endpoint(self) -> Parameters:
        """A webhook endpoint; there may be a few at a time."""
        self._tidy("/v1/webhook-endpoints")
        return {"endpoint_id": self._made("/v1/webhook-endpoints", ENDPOINT)}

    def forgettable(self) -> Parameters:
        """A dataset that may go, and a customer that no other dataset has."""
        # Who was forgotten is taken in no more, so each is another.
        self._tidy("/v1/datasets")
        customer = f"leaving-{next(self._leaving)}"
        texts = {"customers.csv": f"customer_id,signed_up\n{customer},2024-06-01\n"}
        return {"dataset_id": self._upload(texts, keep=False), "customer_id": customer}

    def _tidy(self, path: str) -> None:
        """Delete what cases made and nobody needs: a customer is looked for in every dataset that there is."""
        for one in self._got(f"{path}?limit=1000")["data"]:
            if one["id"] not in self._kept:
                self.client.delete(f"{path}/{one['id']}")

    def _upload(self, texts: Mapping[str, str], *, keep: bool = True) -> str:
        answer = self.client.post(
            "/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=small_business.parts(dict(texts))
        )
        assert answer.status_code == 201, answer.text
        made = str(answer.json()["id"])
        self._kept |= {made} if keep else set()
        return made

    def _made(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> str:
        answer = self.client.post(path, json=body, headers=headers)
        assert answer.is_success, (path, answer.text)
        return str(answer.json()["id"])

    def _got(self, path: str) -> dict[str, Any]:
        answer = self.client.get(path)
        assert answer.is_success, (path, answer.text)
        found: dict[str, Any] = answer.json()
        return found
