"""The API keeps what it promised in `openapi.json`, and a change that would break a caller is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from api.app import create_app
from pricing_service.config import Settings
from tests.api.compatibility import SNAPSHOT, breaks, promise

Document = dict[str, Any]
Change = Callable[[Document], Any]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Document:
    app = create_app(Settings(data_folder=tmp_path_factory.mktemp("described"), dev=True))
    return json.loads(json.dumps(app.openapi()))  # type: ignore[no-any-return]


def fields(document: Document, shape: str) -> Document:
    return document["components"]["schemas"][shape]["properties"]  # type: ignore[no-any-return]


def operation(document: Document, method: str, path: str) -> Document:
    return document["paths"][path][method]  # type: ignore[no-any-return]


def test_the_api_keeps_what_it_promised(described: Document) -> None:
    broken = breaks(json.loads(SNAPSHOT.read_text(encoding="utf-8")), described)

    assert not broken, "callers rely on these; `make openapi` makes another promise:\n" + "\n".join(broken)


BREAKING: dict[str, Change] = {
    "/v1/analyses is gone": lambda d: d["paths"].pop("/v1/analyses"),
    "PUT /v1/price-books/{version} is gone": lambda d: d["paths"]["/v1/price-books/{version}"].pop("put"),
    "operationId was list_datasets and is all_datasets": lambda d: operation(d, "get", "/v1/datasets").update(
        operationId="all_datasets"
    ),
    "security was": lambda d: operation(d, "get", "/v1/datasets").update(security=[{"Key": ["admin"]}]),
    "the query parameter cursor is gone": lambda d: operation(d, "get", "/v1/datasets").update(
        parameters=[each for each in operation(d, "get", "/v1/datasets")["parameters"] if each["name"] != "cursor"]
    ),
    "the query parameter region is required now": lambda d: operation(d, "get", "/v1/datasets")[
        "parameters"
    ].append({"in": "query", "name": "region", "required": True, "schema": {}}),
    "answers 202 no more": lambda d: operation(d, "post", "/v1/analyses")["responses"].pop("202"),
    "text/csv is gone": lambda d: operation(d, "get", "/v1/analyses/{analysis_id}/rows")["responses"]["200"][
        "content"
    ].pop("text/csv"),
    "/currency is gone": lambda d: fields(d, "Dataset").pop("currency"),
    "/currency is no longer always there": lambda d: d["components"]["schemas"]["Dataset"]["required"].remove(
        "currency"
    ),
    "/version: may now be integer": lambda d: fields(d, "Dataset")["version"].update(type=["string", "integer"]),
    "/id: may now be null": lambda d: fields(d, "Dataset").update(
        id={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "/hold_out is gone": lambda d: fields(d, "RaiseOptions").pop("hold_out"),
    "/max_raise is required now": lambda d: d["components"]["schemas"]["RaiseOptions"].update(
        required=["max_raise"]
    ),
    "/max_tiers: maximum was": lambda d: fields(d, "TierOptions")["max_tiers"].update(maximum=1),
    "/seed: takes no integer": lambda d: fields(d, "RaisesRequest")["seed"].update(type="string"),
    '/range: takes no "narrower"': lambda d: fields(d, "WillingnessOptions")["range"]["enum"].remove("narrower"),
    "/dataset: minLength was 1 and is 9": lambda d: fields(d, "RaisesRequest")["dataset"].update(minLength=9),
    "/hash: the pattern was": lambda d: fields(d, "Confirmation")["hash"].update(pattern="^x$"),
    "other fields are refused now": lambda d: fields(d, "PriceBook")["variables"].update(
        additionalProperties=False
    ),
}  # fmt: skip
COMPATIBLE: dict[str, Change] = {
    "a path": lambda d: d["paths"].update({"/v1/plants": d["paths"]["/v1/analyses"]}),
    "a field of an answer": lambda d: fields(d, "Dataset").update(colour={"type": "string"}),
    "an option": lambda d: fields(d, "RaiseOptions").update(colour={"type": "string"}),
    "an optional parameter": lambda d: operation(d, "get", "/v1/datasets")["parameters"].append(
        {"in": "query", "name": "colour", "required": False, "schema": {}}
    ),
    "a wider bound": lambda d: fields(d, "TierOptions")["max_tiers"].update(maximum=99),
    "another word": lambda d: fields(d, "WillingnessOptions")["range"]["enum"].append("widest"),
    "another refusal": lambda d: operation(d, "get", "/v1/datasets")["responses"].update({"418": {}}),
    "other prose": lambda d: operation(d, "get", "/v1/datasets").update(description="All of them."),
}


@pytest.mark.parametrize("broken", BREAKING)
def test_a_change_that_breaks_a_caller_is_named(described: Document, broken: str) -> None:
    changed = copy.deepcopy(described)
    BREAKING[broken](changed)

    found = breaks(described, changed)

    assert any(broken in line for line in found), found


@pytest.mark.parametrize("growth", COMPATIBLE)
def test_what_may_grow_breaks_nobody(described: Document, growth: str) -> None:
    changed = copy.deepcopy(described)
    COMPATIBLE[growth](changed)

    assert changed != described
    assert breaks(described, changed) == []


def test_the_promise_is_the_description_without_its_prose(described: Document) -> None:
    kept = promise(described)

    assert breaks(described, kept) == breaks(kept, described) == []
    assert kept["paths"].keys() == described["paths"].keys()
    assert '"description":' not in json.dumps(kept).replace('"description": {', "")
