"""The API does what its description says: schemathesis asks what the description allows, and what it forbids.

All phases (examples, coverage, fuzzing, stateful) with all checks, warnings as failures, over ASGI, from a fixed seed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.api.contract.run import Outcome
from tests.api.contract.whole import asked
from tests.durability.page import write

PAGE = Path(__file__).parents[2] / "docs" / "contract.md"


def judge(outcome: Outcome) -> None:
    assert set(outcome.statuses) == outcome.operations, "every operation was asked"
    assert not outcome.failures, "\n\n".join(outcome.failures)
    assert not outcome.warnings, "\n".join(outcome.warnings)
    assert not outcome.never_well, "no case of these was ever answered well"
    assert outcome.exit_code == 0, "what the command line would end with"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_operation_keeps_its_description(tmp_path: Path) -> None:
    judge(asked(tmp_path, examples=10))


@pytest.mark.contract
@pytest.mark.parametrize(
    ("name", "phases"),
    [
        ("examples, and every bound and word", ["examples", "coverage"]),
        ("100 random cases, and chains", ["fuzzing", "stateful"]),
    ],
)
def test_every_operation_keeps_its_description_in_a_hundred_examples(
    tmp_path: Path, name: str, phases: list[str]
) -> None:
    outcome = asked(tmp_path, examples=100, phases=phases)

    row = outcome.row(name)
    sys.stdout.write(f"\n{row}\nexcused: {dict(outcome.excused)}\n")
    judge(outcome)
    write(row, page=PAGE)
