"""One run of schemathesis over the whole application, as its command line would run and judge it.

Two people of two workspaces are peers: the run asks as one, and whatever one was given the other asks for, too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from schemathesis.cli.commands.run.context import ExecutionContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.generation.meta import TestPhase

Fresh = Mapping[str, Callable[[], Mapping[str, str]]]
Meanings = Mapping[str, Callable[[Any], None]]
_TOLD_OTHERWISE = {
    "base_url_suggestion", "auth_flow_suggestion", "valid_rates", "stateful_exercised", "linked_operations",
    "resource_producers", "parameterless",
}  # fmt: skip


@dataclass
class Outcome:
    """What came of a run."""

    operations: set[str]
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    """Operation → status → how many answers to cases that the description allows."""
    cases: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    strangers: int = 0
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)
    exit_code: int = 0

    @property
    def never_well(self) -> set[str]:
        """Operations that nothing in the whole run brought to a success."""
        well = {label for label, seen in self.statuses.items() if any(200 <= status < 400 for status in seen)}
        return self.operations - well

    def row(self, name: str) -> str:
        """Write it as a row of the page."""
        counted = [
            len(self.operations), self.cases, sum(self.checks.values()), self.strangers, sum(self.excused.values()),
            len(self.failures), len(self.warnings),
        ]  # fmt: skip
        return f"| {name} | {' | '.join(f'{number:,}' for number in counted)} |"


def identities(place: Path, tokens: Mapping[str, str]) -> Path:
    """Write the keys of the people by name, in the form that schemathesis reads."""
    people = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in tokens.items()
    ]
    place.write_text(json.dumps({"auth": people}))
    return place


def run(app: FastAPI, config: Path, *, fresh: Fresh, meanings: Meanings, stranger: TestClient) -> Outcome:
    """Ask everything.

    Parameters
    ----------
    config
        A `schemathesis.toml`.
    fresh
        Operation → what makes a new object for each of its valid cases: what can be done to it once.
    meanings
        Operation → what makes a case that is right in form a sensible one.
    stranger
        Asks with another workspace's key for whatever was given.
    """
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig.from_path(config))
    outcome = Outcome({operation.ok().label for operation in schema.get_all_operations()})
    judge = ExecutionContext(config=schema.config)
    judge.find_operation_by_label = schema.find_operation_by_label
    judge.warning_collector.on_unmatched_filters(schema.statistic)
    with _hooked(_Watch(outcome, fresh, meanings, stranger)):
        for event in from_schema(schema).execute():
            assert not isinstance(event, FatalError), event
            if isinstance(event, NonFatalError):
                outcome.failures.append(f"{event.label}: {event.value!r}")
            judge.on_event(event)
            if isinstance(event, ScenarioFinished):
                _count(outcome, event)
    outcome.warnings += _warnings(judge)
    outcome.exit_code = judge.exit_code
    return outcome


class _Watch:
    """What is done before and after each call."""

    def __init__(self, outcome: Outcome, fresh: Fresh, meanings: Meanings, stranger: TestClient) -> None:
        self._outcome, self._fresh, self._meanings, self._stranger = outcome, fresh, meanings, stranger
        self._turns: Counter[str] = Counter()
        self._made: set[str] = set()
        self._gone: set[str] = set()

    def before_call(self, case: Any) -> None:
        """Give a key of its own to each case that has one, and an object of its own to what works once."""
        key = case.headers.get("Idempotency-Key")
        if isinstance(key, str) and 1 <= len(key) <= 255:
            case.headers["Idempotency-Key"] = case.id
        label, meta = case.operation.label, case.meta
        if (
            meta is None
            or meta.phase.name is TestPhase.STATEFUL
            or meta.is_negative_at(ParameterLocation.PATH)
        ):
            return
        for name, value in self._fresh.get(label, dict)().items():
            if name in case.path_parameters:
                case.path_parameters[name] = value
        if (
            label in self._meanings
            and meta.generation.mode.is_positive
            and isinstance(case.body, dict | list)
        ):
            self._turns[label] += 1
            if self._turns[label] % 4:
                self._meanings[label](case)

    def after_call(self, case: Any, response: Any) -> None:
        """Remember what was made and deleted, and ask as a stranger for what was given."""
        if case.method == "POST" and 200 <= response.status_code < 300 and "id" in (made := _json(response)):
            self._made.add(f"{case.formatted_path}/{made['id']}")
        if case.method == "DELETE" and response.status_code == 204:
            self._gone.add(case.formatted_path)
        if 200 <= response.status_code < 300 and case.path_parameters and _with_key(response.request):
            self._ask_as_stranger(case, response.request)

    def stands(self, failure: Any, case: Any) -> bool:
        """Whether a failure is one: excused is what is not there for a reason that the check does not know.

        The run deleted it in an earlier chain; or it is one of the objects that the settings name, asked for in place
        of the one that was just made, after an earlier chain deleted the dataset or forgot the customer it told of.
        """
        if type(failure).__name__ != "EnsureResourceAvailability":
            return True
        parts = case.formatted_path.split("/")
        within = {"/".join(parts[:length]) for length in range(2, len(parts) + 1)}
        reason = "deleted before" if within & self._gone else None if within & self._made else "another one"
        if reason is not None:
            self._outcome.excused[reason] += 1
        return reason is None

    def _ask_as_stranger(self, case: Any, asked: Any) -> None:
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in _OUR_HEADERS}
        answer = self._stranger.request(asked.method, asked.url, content=asked.body, headers=headers)
        self._outcome.strangers += 1
        if answer.status_code != 404:
            self._outcome.failures.append(f"{case.operation.label}: a stranger got {answer.status_code}")


_OUR_HEADERS = {"authorization", "idempotency-key", "host", "content-length"}


def _json(response: Any) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _with_key(asked: Any) -> bool:
    return any(name.lower() == "authorization" for name in asked.headers)


@contextmanager
def _hooked(watch: _Watch) -> Iterator[None]:
    # The library writes on its hooks, which a method does not allow.
    hooks: dict[str, Callable[..., Any]] = {
        "before_call": lambda context, case, kwargs: watch.before_call(case),
        "after_call": lambda context, case, response: watch.after_call(case, response),
        "filter_failure": lambda context, failure, case, response: watch.stands(failure, case),
    }
    for name, hook in hooks.items():
        schemathesis.hook(name)(hook)
    try:
        yield
    finally:
        for hook in hooks.values():
            schemathesis.hooks.unregister(hook)


def _count(outcome: Outcome, event: ScenarioFinished) -> None:
    recorder = event.recorder
    outcome.cases += len(recorder.interactions)
    for case_id, call in recorder.interactions.items():
        case = recorder.cases[case_id].value
        status = call.response.status_code if call.response is not None else 0
        if case.meta is None or case.meta.generation.mode.is_positive:
            outcome.statuses.setdefault(case.operation.label, Counter())[status] += 1
        for check in recorder.checks.get(case_id, []):
            outcome.checks[check.name] += 1
            if check.failure_info is not None:
                failure = check.failure_info.failure
                asked = case.as_curl_command()
                outcome.failures.append(
                    f"{case.operation.label}, {check.name}, {status}: {failure.title}\n{failure.message}\n{asked}"
                )


def _warnings(judge: ExecutionContext) -> Iterator[str]:
    for kind in fields(judge.warnings):
        found = getattr(judge.warnings, kind.name)
        if found and kind.name not in _TOLD_OTHERWISE:
            yield f"{kind.name}: {found}"
