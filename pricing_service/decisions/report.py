"""The whole report: every kind that the tables allow, each on its own, and what the others would need."""

from __future__ import annotations

import logging
from typing import Any

from models.errors import ModelError
from pricing_service.decisions._base import Decision, Need, Options, Outcome, Progress
from pricing_service.decisions._coverage import last_day_of
from pricing_service.decisions._evidence import traits_of
from pricing_service.panel import MissingTables, StoredPanel

_log = logging.getLogger(__name__)


class Report(Decision):
    """Run every kind; one that fails never takes the others along."""

    title = "Report"

    def decide(self, panel: StoredPanel, options: Options, *, seed: int, progress: Progress) -> Outcome:
        """Answer every question that the dataset's tables can carry.

        Raises
        ------
        InvalidInput
            If `segment_by` is not a trait in the data.
        """
        # The kinds are all modules of this package, this one too: they can be listed only once it is loaded.
        from pricing_service.decisions import DECISIONS, missing_tables  # noqa: PLC0415
        from pricing_service.decisions.willingness_to_pay import forget_readings  # noqa: PLC0415

        if options.segment_by is not None:
            traits_of(panel).require(options.segment_by)
        analyses: dict[str, Any] = {}
        missing: list[dict[str, Any]] = []
        failed: list[dict[str, str]] = []
        kinds = [kind for kind, decision in DECISIONS.items() if decision is not Report]
        for done, kind in enumerate(_in_reading_order(kinds)):
            decision = DECISIONS[kind]
            progress(decision.title, done, len(kinds))
            lacking = missing_tables(kind, panel.dataset.tables if panel.dataset is not None else {})
            if lacking:
                missing += [_need(kind, need) for need in lacking]
                continue
            try:
                chosen = decision.options.model_validate(options.model_dump() | _carried(kind, analyses))
                analyses[kind] = decision().decide(panel, chosen, seed=seed, progress=progress).result
            except (ModelError, MissingTables) as refusal:
                failed.append({"kind": kind, "reason": str(refusal)})
            except (ArithmeticError, LookupError, TypeError, ValueError) as mistake:
                # Ours, not the data's: it is logged, and what the other kinds say is shown all the same.
                _log.exception("%s failed", kind)
                text = f"an unexpected error, which is logged ({type(mistake).__name__})"
                failed.append({"kind": kind, "reason": text})
        forget_readings()
        progress(self.title, len(kinds), len(kinds))
        answers = {"analyses": analyses, "missing": missing, "failed": failed}
        return Outcome(answers | _about_data(panel, options))


def _need(kind: str, need: Need) -> dict[str, Any]:
    return {"kind": kind, "tables": list(need.tables), "unlocks": need.unlocks, "cheapest": need.cheapest}


def _about_data(panel: StoredPanel, options: Options) -> dict[str, Any]:
    """Return what the answers rest on: the dataset, what was refused of it, and the options."""
    dataset = panel.dataset
    as_of, given = last_day_of(panel), options.model_dump(mode="json")
    return {
        "data": {"report": dict(dataset.report) if dataset else {}, "panel": dict(panel.report)},
        "dataset": {
            "name": dataset.name if dataset else "",
            "currency": panel.currency,
            "version": panel.dataset_version,
            "as_of": as_of,
            **({} if as_of else {"reasons": {"as_of": "nothing_dated"}}),
            "tables": dict(dataset.tables) if dataset else {},
            "refused": dict(dataset.refused) if dataset else {},
        },
        "options": given | {"as_of": as_of or given["as_of"]},
    }


def _in_reading_order(kinds: list[str]) -> list[str]:
    """Put the value metric first: what is worth how much follows from it."""
    return sorted(kinds, key=lambda kind: (kind != "value_metrics", kind != "unit_worth", kind))


def _carried(kind: str, analyses: dict[str, Any]) -> dict[str, Any]:
    """Carry the recommended metric over, so that the ranking is not made twice."""
    recommended = analyses.get("value_metrics", {}).get("recommended")
    return {"metric": recommended} if kind in {"unit_worth", "tiers", "raises"} and recommended else {}
