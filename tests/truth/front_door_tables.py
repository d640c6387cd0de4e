"""From front-door records to tables: coverage, width, error and regret, each source beside all together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log, sqrt
from statistics import fmean
from typing import Any

from tests.truth.front_door_run import PAID, STATED
from tests.truth.tables import share

Record = dict[str, Any]
NOT_IDENTIFIED = ("not_identified", "only_lower_bounds", "only_upper_bounds", "no_evidence")
"""Why an answer that is missing is no miss: the data bound the truth on one side, or not at all."""
KINDS = ("paid and stated", "paid", "stated", "worth only")
RULES = ("mean of sources at face value", "corridor's middle", "today's price")


def kind_of(record: Record) -> str:
    """Return which kinds of evidence speak of willingness in the business."""
    known = [name for name, answer in record["alone"].items() if answer["willingness"][0] is not None]
    there = {"paid": any(name in PAID for name in known), "stated": any(name in STATED for name in known)}
    return " and ".join(name for name, some in there.items() if some) or "worth only"


def covers(record: Record, answer: Record, what: str) -> bool | None:
    """Whether an interval holds the truth: no interval is a miss, or None where the truth is not identified."""
    value, low, high = answer[what]
    if value is None:
        return None if answer["reason"] in NOT_IDENTIFIED else False
    return bool(low <= record["true"][what] <= high)


def hits(records: Sequence[Record], what: str, name: str | None = None) -> list[bool]:
    """Return `covers` over the businesses whose truth is identified; `name` is a source that stands alone."""
    found = (covers(each, each["alone"][name] if name else each["all"], what) for each in records)
    return [hit for hit in found if hit is not None]


def rmse(records: Sequence[Record], answer: Callable[[Record], float]) -> float:
    """Root mean squared error of log willingness."""
    return sqrt(fmean((log(answer(each)) - log(each["true"]["willingness"])) ** 2 for each in records))


def interval_table(groups: Mapping[str, Sequence[Record]], head: str) -> str:
    """Return coverage, width, error and regret of all evidence together."""
    columns = (
        head, "businesses", "willingness covered", "width (factor)", "best price covered", "width (factor)", "error",
        "regret", "regret expected", "disagree", "no answer",
    )  # fmt: skip
    rows = [_interval_row(name, group) for name, group in groups.items() if group]
    return _table(columns, rows)


def _interval_row(name: str, group: Sequence[Record]) -> list[str]:
    known = [each for each in group if each["all"]["willingness"][0] is not None]
    priced = [each for each in group if each["all"]["on_willingness"]]
    expected = [each["all"]["expected_regret"] for each in priced]
    return [
        name, str(len(group)), share(hits(group, "willingness")), _width(known, "willingness"),
        share(hits(priced, "price")), _width(priced, "price"),
        f"{rmse(known, lambda each: each['all']['willingness'][0]):.3f}",
        _regret([each["all"]["regret"] for each in group]), _regret(expected),
        f"{fmean(each['all']['disagree'] for each in group):.0%}", str(len(group) - len(known)),
    ]  # fmt: skip


def source_table(records: Sequence[Record], names: Sequence[str]) -> str:
    """Return each source alone against all together, on the businesses where it says anything."""
    return _table(("source", *_COMPARED), [[name, *_source_row(records, name)] for name in names])


def named_source_table(groups: Mapping[str, Sequence[Record]], source: str) -> str:
    """Return one source alone against all together, group by group."""
    rows = [[name, *_source_row(group, source)] for name, group in groups.items()]
    return _table((source, *_COMPARED), rows)


_COMPARED = (
    "businesses", "it speaks in", "its error", "all", "its regret", "all", "its intervals cover",
    "where it speaks", "width (factor)", "all cover", "width (factor)",
)  # fmt: skip


def speaking(records: Sequence[Record], name: str) -> list[Record]:
    """Return the businesses in which a source says something of willingness."""
    return [
        each
        for each in records
        if name in each["alone"] and each["alone"][name]["willingness"][0] is not None
    ]


def _source_row(records: Sequence[Record], name: str) -> list[str]:
    there, group = [each for each in records if name in each["alone"]], speaking(records, name)
    if not group:
        return [str(len(there)), "0", *["–"] * 9]
    return [
        str(len(there)), str(len(group)),
        f"{rmse(group, lambda each: each['alone'][name]['willingness'][0]):.3f}",
        f"{rmse(group, lambda each: each['all']['willingness'][0]):.3f}",
        _regret([each["alone"][name]["regret"] for each in group]),
        _regret([each["all"]["regret"] for each in group]),
        share(hits(there, "willingness", name)), share(hits(group, "willingness", name)),
        _width(group, "willingness", name),
        share(hits(group, "willingness")), _width(group, "willingness"),
    ]  # fmt: skip


def rule_table(records: Sequence[Record]) -> str:
    """Return the regret of simple rules against the recommended price, on the businesses that have both."""
    columns = ("rule", "businesses", "its error", "all", "its regret", "all")
    rows = []
    for rule in RULES:
        group = ruled(records, rule)
        errors = ["–", "–"]
        if rule == RULES[0]:
            errors = [
                f"{rmse(group, lambda each: each['rules']['mean']):.3f}",
                f"{rmse(group, lambda each: each['all']['willingness'][0]):.3f}",
            ]
        regrets = [
            [each["rules"]["regret"][rule] for each in group],
            [each["all"]["regret"] for each in group],
        ]
        rows.append([rule, str(len(group)), *errors, *map(_regret, regrets)])
    return _table(columns, rows)


def ruled(records: Sequence[Record], rule: str) -> list[Record]:
    """Return the businesses whose price rests on willingness and to which a rule applies."""
    return [
        each
        for each in records
        if each["all"]["on_willingness"] and each["rules"]["regret"][rule] is not None
    ]


def silence_table(records: Sequence[Record], names: Sequence[str]) -> str:
    """Return why sources that are there say nothing."""
    counts: dict[tuple[str, str], int] = {}
    for each in records:
        for name in names:
            reason = each["alone"].get(name, {}).get("reason")
            if reason:
                counts[name, reason] = counts.get((name, reason), 0) + 1
    rows = [[name, f"`{reason}`", str(count)] for (name, reason), count in sorted(counts.items())]
    return _table(("source", "reason", "businesses"), rows)


def _width(group: Sequence[Record], what: str, name: str | None = None) -> str:
    answers = [each["alone"][name] if name else each["all"] for each in group]
    logs = [log(answer[what][2] / answer[what][1]) for answer in answers if answer[what][0] is not None]
    return f"{exp(fmean(logs)):.2f}" if logs else "–"


def _regret(lost: Sequence[float | None]) -> str:
    known = [each for each in lost if each is not None]
    return f"{fmean(known):.1%}" if known else "–"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (columns, *rows)]
    return "\n".join([lines[0], "| --- " * len(columns) + "|", *lines[1:]])
