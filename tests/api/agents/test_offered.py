"""Agents are offered what reads, and of what writes only what people decide about afterwards."""

from __future__ import annotations

import re

from api.agents.offered import OFFERED
from tests.house.tree import ROOT

# What a person does: it changes what holds, or opens a door.
A_PERSONS = (
    "vote",
    "publish",
    "withdraw",
    "delete",
    "revoke",
    "forget",
    "key",
    "webhook",
    "replace",
    "edit",
    "cancel",
)


def test_no_operation_that_a_person_does_is_offered() -> None:
    offered = [offer.operation for offer in OFFERED]

    assert not [name for name in offered if any(word in name for word in A_PERSONS)]
    assert sorted(name for name in offered if not name.startswith(("read_", "list_"))) == [
        "create_analysis",
        "create_proposal",
    ]


def test_no_operation_is_offered_twice() -> None:
    assert len({offer.operation for offer in OFFERED}) == len(OFFERED)


def test_what_speaks_to_others_in_somebodys_name_is_marked() -> None:
    assert [offer.operation for offer in OFFERED if offer.destructive] == ["create_proposal"]


def test_the_documentation_lists_every_tool_with_what_it_does() -> None:
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z_`, ]+) \|", page, re.MULTILINE)

    assert sorted(re.findall(r"\w+", " ".join(rows))) == sorted(offer.operation for offer in OFFERED)
