"""A tool takes what its operation takes, in a schema that stands alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from api.agents.catalogue import USUAL_PAGE, Tool, catalogue
from api.agents.offered import OFFERED, Offer


def test_every_row_is_a_tool_and_every_tool_has_its_row(tools: dict[str, Tool]) -> None:
    assert list(tools) == [offer.operation for offer in OFFERED]


def test_every_schema_is_one_object_that_refers_to_nothing(tools: dict[str, Tool]) -> None:
    for tool in tools.values():
        Draft202012Validator.check_schema(tool.input_schema)
        assert tool.input_schema["type"] == "object"
        assert not {"oneOf", "anyOf", "allOf"} & tool.input_schema.keys(), (
            "many clients take no choice at the top"
        )
        assert "$ref" not in json.dumps(tool.input_schema), tool.name
        assert set(tool.input_schema["required"]) <= tool.input_schema["properties"].keys()


def test_every_parameter_of_the_operation_is_an_argument(tools: dict[str, Tool]) -> None:
    assert tools["read_analysis_rows"].in_path == ("analysis_id",)
    assert tools["read_analysis_rows"].in_query == ("limit", "cursor")
    assert tools["read_analysis_rows"].input_schema["properties"]["limit"]["default"] == USUAL_PAGE
    assert tools["create_proposal"].in_body == ("title", "note", "analysis", "price_book")


def test_what_writes_takes_a_name_for_the_request(tools: dict[str, Tool]) -> None:
    named = {name for name, tool in tools.items() if "idempotency_key" in tool.input_schema["required"]}

    assert named == {name for name, tool in tools.items() if tool.method == "POST"} != set()


def test_whatever_is_read_can_be_read_in_parts(tools: dict[str, Tool]) -> None:
    for tool in tools.values():
        if tool.reads and not tool.offer.link:
            assert {"pointer", "start"} <= tool.input_schema["properties"].keys(), tool.name


def test_the_kinds_of_analysis_are_words_of_one_argument(tools: dict[str, Tool]) -> None:
    asked = tools["create_analysis"].input_schema

    assert {"report", "tiers", "growth"} <= set(asked["properties"]["kind"]["enum"])
    assert "max_tiers" in asked["properties"]["options"]["description"]
    assert asked["required"] == ["dataset", "kind", "idempotency_key"]


def test_what_an_older_service_does_not_know_is_left_out(document: Mapping[str, Any]) -> None:
    offers = [Offer("read_dataset", "Read", "Reads."), Offer("grow_plant", "Grow", "Grows.")]

    assert list(catalogue(document, offers)) == ["read_dataset"]
