"""A kind is refused for want of tables before it is queued, in words that say the way out."""

from __future__ import annotations

import pytest

from api.analyses import refuse_missing_tables
from api.problems import TablesMissing
from pricing_service.decisions import DECISIONS

NEEDY = sorted(kind for kind, decision in DECISIONS.items() if decision.needs)


@pytest.mark.parametrize("kind", NEEDY)
def test_every_need_is_named_with_what_it_unlocks_and_the_cheapest_way(kind: str) -> None:
    with pytest.raises(TablesMissing) as refusal:
        refuse_missing_tables(kind, {})

    needs = DECISIONS[kind].needs
    assert len(refusal.value.errors) == len(needs)
    for need, fault in zip(needs, refusal.value.errors, strict=True):
        assert fault["table"] == need.tables[0]
        assert need.unlocks in fault["message"]
        assert need.cheapest in fault["message"]


@pytest.mark.parametrize("kind", NEEDY)
def test_any_one_of_the_alternatives_serves(kind: str) -> None:
    for at in range(max(len(need.tables) for need in DECISIONS[kind].needs)):
        given = {need.tables[min(at, len(need.tables) - 1)]: 1 for need in DECISIONS[kind].needs}

        refuse_missing_tables(kind, given)
