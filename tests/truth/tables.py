"""From records to tables: coverage, width and verdicts, each with its binomial error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import exp, log, sqrt
from statistics import fmean
from typing import Any

from tests.truth.calibration import Cell

Record = dict[str, Any]
LEVEL = 0.9


def covered(record: Record, name: str = "worth_true") -> bool:
    """Whether the interval holds the truth; no interval is a miss, for the truth is identified."""
    return record["low"] is not None and record["low"] <= record[name] <= record["high"]


def share(hits: Sequence[bool]) -> str:
    """Return a share with twice its binomial standard error."""
    if not hits:
        return "–"
    rate = fmean(hits)
    return f"{rate:.1%} ± {2 * sqrt(max(rate * (1 - rate), 0.25 / len(hits)) / len(hits)):.1%}"


def width_ratio(records: Iterable[Record]) -> float:
    """Return the mean width of our intervals ÷ that of the bootstrap-t, on the log scale."""
    both = [each for each in records if each["low"] and each.get("reference_low")]
    ours = fmean(log(each["high"] / each["low"]) for each in both)
    return ours / fmean(log(each["reference_high"] / each["reference_low"]) for each in both)


def worth_table(records: Sequence[Record]) -> str:
    """Return coverage of the typical worth by regime."""
    rows = [_worth_row(regime, group) for regime, group in _by(records, lambda each: each["regime"])]
    rows.append(_worth_row("**all**", records))
    columns = (
        "regime",
        "businesses",
        "90 % intervals cover",
        "bootstrap-t covers",
        "width (factor)",
        "÷ bootstrap-t",
        "no answer",
    )
    head = f"| {' | '.join(columns)} |"
    return "\n".join([head, "| --- " * 7 + "|", *rows])


def _worth_row(name: str, group: Sequence[Record]) -> str:
    known = [each for each in group if each["low"]]
    reference = [
        bool(each.get("reference_low"))
        and each["reference_low"] <= each["worth_true"] <= each["reference_high"]
        for each in group
        if "reference_low" in each
    ]
    width = exp(fmean(log(each["high"] / each["low"]) for each in known))
    silent = len(group) - len(known)
    return (
        f"| {name} | {len(group)} | {share([covered(each) for each in group])} | {share(reference)} |"
        f" {width:.2f} | {width_ratio(group):.2f} | {silent} |"
    )


def decisive(record: Record) -> bool:
    """Whether the data should decide: the best's true scale is ≤ 0.7 of the runner-up's, and n ≥ 200."""
    return record["scale_ratio"] is not None and record["scale_ratio"] <= 0.7 and record["customers"] >= 200


def right(record: Record) -> bool:
    """Whether the verdict is clear and names the truly best metric."""
    return record["verdict"] == "clear" and record["recommended"] == record["best"]


def verdict_table(records: Sequence[Record]) -> str:
    """Return how often the verdict is clear, right, and clear but wrong."""
    bands: list[tuple[str, Callable[[Record], bool]]] = [
        ("scale ratio ≤ 0.7 and n ≥ 200 (must be right)", decisive),
        (
            "scale ratio ≤ 0.7 and n < 200",
            lambda each: (each["scale_ratio"] or 1) <= 0.7 and each["customers"] < 200,
        ),
        ("scale ratio 0.7–0.9", lambda each: 0.7 < (each["scale_ratio"] or 0) <= 0.9),
        ("scale ratio 0.9–1", lambda each: (each["scale_ratio"] or 0) > 0.9),
        ("one truly eligible metric", lambda each: each["best"] is not None and each["scale_ratio"] is None),
        ("all", lambda each: True),
    ]
    rows = ["| businesses | n | clear and right | clear but wrong | tie | cannot tell |", "| --- " * 6 + "|"]
    for name, belongs in bands:
        group = [each for each in records if belongs(each)]
        wrong = [each["verdict"] == "clear" and not right(each) for each in group]
        rows.append(
            f"| {name} | {len(group)} | {share([right(each) for each in group])} | {share(wrong)}"
            f" | {sum(each['verdict'] == 'tie' for each in group)}"
            f" | {sum(each['verdict'] == 'cannot_tell' for each in group)} |"
        )
    return "\n".join(rows)


def between_table(records: Sequence[Record]) -> str:
    """Return coverage of the between-customer scale of the truly best metric."""
    rows = ["| regime | businesses | 90 % intervals cover | no answer |", "| --- " * 4 + "|"]
    for regime, group in [*_by(records, lambda each: each["regime"]), ("**all**", records)]:
        asked = [each for each in group if "between_true" in each]
        hits = [
            each["between_low"] is not None
            and each["between_low"] <= each["between_true"] <= each["between_high"]
            for each in asked
        ]
        silent = sum(each["between_low"] is None for each in asked)
        rows.append(f"| {regime} | {len(asked)} | {share(hits)} | {silent} |")
    return "\n".join(rows)


def calibration_table(cells: Sequence[Cell]) -> str:
    """Return how often the verdict is certain between two truly equal metrics."""
    rows = [
        "| tails | without value | runs | P(best) outside 0.1–0.9 (nominal 20 %) | verdict clear (nominal 10 %) |",
        "| --- " * 5 + "|",
    ]
    for cell in cells:
        outside, clear = (
            f"{count / cell.runs:.1%} ± {2 * sqrt(max(count, 1)) / cell.runs:.1%}"
            for count in (cell.decided, cell.wrongly_clear)
        )
        rows.append(f"| {cell.tails} | {cell.zeros:.0%} | {cell.runs} | {outside} | {clear} |")
    return "\n".join(rows)


def _by(records: Sequence[Record], key: Callable[[Record], str]) -> list[tuple[str, list[Record]]]:
    return [
        (name, [each for each in records if key(each) == name])
        for name in sorted({key(each) for each in records})
    ]
