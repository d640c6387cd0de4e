"""Every kind that is there can be asked for, with its own options and no others."""

from __future__ import annotations

import pytest
from fastapi.exceptions import RequestValidationError

from api.analysis_request import definitions, parse, request_body
from pricing_service.decisions import DECISIONS


@pytest.mark.parametrize("kind", sorted(DECISIONS))
def test_every_kind_is_asked_for_by_its_name_and_has_its_defaults(kind: str) -> None:
    asked = parse({"dataset": "ds_1", "kind": kind})

    assert isinstance(asked.options, DECISIONS[kind].options)
    assert asked.options == DECISIONS[kind].options()
    assert asked.seed == 0


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert parse({"dataset": "ds_1", "kind": "report", "seed": 3.0}).seed == 3


@pytest.mark.parametrize("seed", [0.5, "3", -1, 2**53, None, True])
def test_what_is_no_seed_is_refused(seed: object) -> None:
    with pytest.raises(RequestValidationError):
        parse({"dataset": "ds_1", "kind": "report", "seed": seed})


@pytest.mark.parametrize("document", [None, [], "report", 3, {}])
def test_what_is_no_question_is_refused(document: object) -> None:
    with pytest.raises(RequestValidationError):
        parse(document)


def test_the_description_names_every_kind() -> None:
    mapping = request_body()["content"]["application/json"]["schema"]["discriminator"]["mapping"]

    assert mapping.keys() == DECISIONS.keys()
    assert {reference.rpartition("/")[2] for reference in mapping.values()} <= definitions().keys()
