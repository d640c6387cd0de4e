"""One call of a tool is one request, and whatever goes wrong is told in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest

from api.agents.asking import Told, ask
from api.agents.catalogue import Tool
from api.agents.fitting import MOST_CHARACTERS

Handler = Callable[[httpx2.Request], httpx2.Response]


def told(tool: Tool, handler: Handler, **arguments: Any) -> Told:
    async def asked() -> Told:
        transport = httpx2.MockTransport(handler)
        async with httpx2.AsyncClient(transport=transport, base_url="http://pricing") as client:
            return await ask(tool, arguments, client)

    return anyio.run(asked)


def nothing_is_asked(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError(f"{request.url} was asked")


def problem(status: int, code: str, **more: Any) -> Handler:
    body = {"title": "No", "detail": "Because.", "code": code, "status": status, **more}
    return lambda _: httpx2.Response(status, json=body, headers={"retry-after": "7"})


def test_an_id_is_text_to_the_letter(tools: dict[str, Tool]) -> None:
    seen: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.raw_path)
        return httpx2.Response(200, json={})

    told(tools["read_recommendation"], answer, customer_id="a/b?c#d ü%2F")

    assert seen == [b"/v1/customers/a%2Fb%3Fc%23d%20%C3%BC%252F/recommendation"]


@pytest.mark.parametrize("strange", ["an_1/report", "..", ".", "", 7, None])
def test_no_id_leads_to_another_operation(tools: dict[str, Tool], strange: object) -> None:
    refused = told(tools["read_analysis"], nothing_is_asked, analysis_id=strange)

    assert refused.refused
    assert "analysis_id" in refused.text


@pytest.mark.parametrize("name", ["", "two words", "é", "a\nb", "x" * 256, None])
def test_a_name_for_a_request_that_no_header_holds_is_refused(tools: dict[str, Tool], name: object) -> None:
    asked = {"title": "Board", "price_book": "pb_1", "idempotency_key": name}
    refused = told(tools["create_proposal"], nothing_is_asked, **asked)

    assert refused.refused
    assert "idempotency_key" in refused.text


def test_what_writes_is_posted_with_its_body_and_the_requests_name(tools: dict[str, Tool]) -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(201, json={"id": "pr_1"})

    made = told(tools["create_proposal"], answer, title="Board", price_book="pb_1", idempotency_key="mine")

    assert made == Told('{"id":"pr_1"}')
    assert (seen[0].method, seen[0].url.path) == ("POST", "/v1/proposals")
    assert seen[0].headers["idempotency-key"] == "mine"
    assert json.loads(seen[0].content) == {"title": "Board", "price_book": "pb_1"}


def test_a_link_leads_below_the_services_own_address(tools: dict[str, Tool]) -> None:
    async def asked() -> Told:
        transport = httpx2.MockTransport(lambda _: httpx2.Response(200, html="<html>"))
        async with httpx2.AsyncClient(transport=transport, base_url="https://acme.example/pricing") as client:
            return await ask(tools["read_analysis_report"], {"analysis_id": "an_1"}, client)

    assert (
        json.loads(anyio.run(asked).text)["report"] == "https://acme.example/pricing/v1/analyses/an_1/report"
    )


def test_missing_and_unknown_arguments_are_named(tools: dict[str, Tool]) -> None:
    missing = told(tools["create_analysis"], nothing_is_asked, kind="tiers")
    strange = told(tools["read_analysis"], nothing_is_asked, analysis_id="an_1", as_admin=True)

    assert "dataset, idempotency_key" in missing.text
    assert "as_admin" in strange.text
    assert missing.refused
    assert strange.refused


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (problem(403, "forbidden"), "Ask who runs the service for a key with this scope"),
        (problem(404, "not_found"), "Take ids from the list_… tools"),
        (problem(429, "rate_limited", retryable=True), "Try again in 7 s."),
        (
            problem(422, "invalid_request", errors=[{"pointer": "/seed", "message": "too small"}]),
            "/seed: too small",
        ),
        (lambda _: httpx2.Response(502, text="<html>"), "answered 502"),
        (lambda _: httpx2.Response(302, headers={"location": "http://evil"}), "answered 302"),
    ],
)
def test_a_refusal_says_what_where_and_the_way_out(
    tools: dict[str, Tool], handler: Handler, words: str
) -> None:
    refused = told(tools["list_datasets"], handler)

    assert refused.refused
    assert words in refused.text


def away(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route to host")


@pytest.mark.parametrize("handler", [away, lambda _: httpx2.Response(200, html="<html>Please log in")])
def test_where_no_service_answers_it_is_told_in_words(tools: dict[str, Tool], handler: Handler) -> None:
    for tool in ("list_datasets", "read_audit", "read_dataset"):
        arguments = {"dataset_id": "ds_1"} if tool == "read_dataset" else {}
        refused = told(tools[tool], handler, **arguments)

        assert refused.refused
        assert "No pricing-service answers at http://pricing" in refused.text


def test_a_page_that_is_too_long_has_fewer_items_and_its_own_cursor(tools: dict[str, Tool]) -> None:
    asked: list[int] = []

    def page(request: httpx2.Request) -> httpx2.Response:
        asked.append(int(request.url.params["limit"]))
        limit = int(request.url.params["limit"])
        data = ["x" * 5000] * limit
        return httpx2.Response(200, json={"data": data, "next_cursor": f"after {limit}", "has_more": True})

    answer = told(tools["list_analyses"], page, limit=100)

    shown = json.loads(answer.text)
    assert len(answer.text) <= MOST_CHARACTERS
    assert shown["next_cursor"] == f"after {len(shown['data'])}"
    assert asked == [100, 7]


def test_items_that_are_long_one_by_one_come_one_by_one(tools: dict[str, Tool]) -> None:
    def page(request: httpx2.Request) -> httpx2.Response:
        data = [{"name": "x", "cells": ["y" * 100] * 600}] * int(request.url.params["limit"])
        return httpx2.Response(200, json={"data": data, "next_cursor": "on", "has_more": True})

    answer = told(tools["list_analyses"], page, limit=50)

    (only,) = json.loads(answer.text)["data"]
    assert len(answer.text) <= MOST_CHARACTERS
    assert only["name"] == "x"
    on = only["cells"][-1]["read_on"]
    rest = json.loads(told(tools["list_analyses"], page, limit=50, **on).text)
    assert len(only["cells"]) - 1 + len(rest["part"]) == 600


def test_a_long_result_is_shortened_and_its_parts_can_be_read(tools: dict[str, Tool]) -> None:
    document = {"id": "an_1", "result": {"months": list(range(100_000)), "sentences": ["It grows."]}}

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=document)

    first = json.loads(told(tools["read_analysis"], answer, analysis_id="an_1").text)
    on = first["result"]["months"][-1]["read_on"]
    second = json.loads(told(tools["read_analysis"], answer, analysis_id="an_1", **on).text)

    assert first["result"]["sentences"] == ["It grows."]
    assert second["part"][0] == on["start"] == len(first["result"]["months"]) - 1


def test_a_pointer_that_leads_nowhere_is_told(tools: dict[str, Tool]) -> None:
    refused = told(
        tools["read_analysis"],
        lambda _: httpx2.Response(200, json={"id": "an_1"}),
        analysis_id="an_1",
        pointer="/result/plans",
    )

    assert refused == Told(
        "This answer has nothing at '/result/plans'; a pointer names what an answer showed.", True
    )
