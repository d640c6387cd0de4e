"""How schemathesis is set up for a run: who asks, about what, how often, and what is right besides a success."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

Parameters = Mapping[str, str]
PHASES = ("examples", "coverage", "fuzzing", "stateful")

# What no schema says, so that a refusal is right as well as an answer; docs/contract.md tells it to people.
REFUSED_FOR_ITS_MEANING: Mapping[str, str] = {
    "POST /v1/datasets": "which files are tables, which connections an operator configured",
    "POST /v1/datasets/{dataset_id}/rows/{table}": "which columns that table has",
    "POST /v1/analyses": "which tables the dataset has; that one option lies below another",
    "POST /v1/price-books": "that a book agrees with itself; what Pricing2Yaml is",
    "PUT /v1/price-books/{version}": "that a book agrees with itself; what Pricing2Yaml is",
    "POST /v1/price-books/{version}/simulations": "that one option lies below another",
    "POST /v1/proposals/{proposal_id}/publish": "which day is today",
    "POST /v1/webhook-endpoints": "which addresses are public",
    "PUT /v1/webhook-endpoints/{endpoint_id}": "which addresses are public",
}


def write(
    place: Path,
    *,
    examples: int,
    people: Path,
    standing: Parameters,
    own: Mapping[str, Parameters],
    phases: Collection[str] = PHASES,
) -> Path:
    """Write a `schemathesis.toml`.

    Parameters
    ----------
    examples
        The most random cases of an operation in a phase.
    people
        The file with the two identities `ours` and `theirs`.
    standing
        The objects that reads and writes are about, by their name in a path.
    own
        Operation → objects that it has instead.
    phases
        Those that are run.
    """
    lines = [
        "seed = 1",
        "request-timeout = 120",  # a machine that does other things as well is no fault of the API
        "[generation]",
        f"max-examples = {examples}",
        "[auth.wfc]",
        f"path = {json.dumps(str(people))}",
        'user = "ours"',
        'peers = ["ours", "theirs"]',
        "[warnings]",
        "fail-on = true",
        # The library's own list takes an error of the server for a refusal.
        "[checks.negative_data_rejection]",
        'expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "415", "422", "428", "429"]',
    ]
    lines += [f"[phases.{phase}]\nenabled = false" for phase in PHASES if phase not in phases]
    for name, parameters in own.items():
        lines += ["[[operations]]", f"include-name = {json.dumps(name)}", _table(parameters)]
    lines += [
        "[[operations]]",
        'include-path-regex = "^/v1/"',
        'include-method = ["GET", "POST", "PUT"]',
        _table(standing),
    ]
    lines += [
        "[[operations]]",
        f"include-name = {json.dumps(list(REFUSED_FOR_ITS_MEANING))}",
        "[operations.checks.positive_data_acceptance]",
        'expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]',
    ]
    place.write_text("\n".join(lines) + "\n")
    return place


def _table(parameters: Parameters) -> str:
    pairs = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items())
    return f"parameters = {{ {pairs} }}"
