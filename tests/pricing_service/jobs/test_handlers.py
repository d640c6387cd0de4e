"""A refusal crosses process borders whole."""

from __future__ import annotations

import pickle

from pricing_service.jobs import Refused


def test_a_refusal_survives_pickling() -> None:
    refusal = Refused("missing_tables", "outcomes are missing", [{"table": "outcomes"}])

    back = pickle.loads(pickle.dumps(refusal))

    assert back.as_error() == refusal.as_error()
    assert str(back) == "outcomes are missing"


def test_a_refusal_without_details_has_an_empty_list_of_faults() -> None:
    assert Refused("x", "y").as_error() == {"code": "x", "message": "y", "faults": []}
