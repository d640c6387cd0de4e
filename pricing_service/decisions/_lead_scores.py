"""Open leads by their chance to be won and, once won, to be ideal customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from models.errors import NotEstimable
from models.ideal_customers.fitting import Fitted, fit_scorecard
from models.ideal_customers.levels import coded, levels_of
from models.ideal_customers.quality import quality_of
from models.ideal_customers.scorecard import Score, Scorecard
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel
from pricing_service.tables import TABLES

MOST_SHOWN = 200
_NOT_TRAITS = {column.name for column in TABLES["leads"].columns}
_PATIENCE = 0.9

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Winning:
    """What decided leads say of the chance to win one.

    Parameters
    ----------
    fitted
        The score of winning; None with `why_not`.
    area
        Of its rehearsal, as an estimate of the API.
    decided, won
        How many leads it rests on, and how many of them were won.
    why_not
        Why no chance can be told.
    """

    fitted: Fitted | None
    area: dict[str, Any] | None
    decided: int
    won: int
    why_not: str | None = None


def score_leads(
    panel: StoredPanel, scorecard: Scorecard | None, *, level: float, seed: int
) -> dict[str, Any] | None:
    """Score the open leads; None where there are no leads.

    Parameters
    ----------
    panel
        Of the dataset.
    scorecard
        Of success; None where none could be fitted, then leads are not scored.
    level
        Coverage of the intervals.
    seed
        Of the folds.
    """
    leads = contract_tables(panel).rows("leads")
    if not leads:
        return None
    open_leads = [row for row in leads if row["customer_id"] is None and row["lost"] is None]
    winning = _winning(leads, panel, level=level, seed=seed)
    shown: list[dict[str, Any]] = []
    if scorecard is not None:
        shown = [_scored(row, scorecard, winning, level=level) for row in open_leads]
        shown.sort(key=lambda row: (-(row["expected"] or row["score"]), row["lead_id"]))
    told: dict[str, Any] = {
        "open": len(open_leads),
        "decided": winning.decided,
        "won": winning.won,
        "conditional_on_winning": winning.fitted is None,
        "win_area": winning.area,
        "scored": shown[:MOST_SHOWN],
    }
    if winning.area is None:
        told["reasons"] = {"win_area": winning.why_not}
    return told


def lead_score(scorecard: Scorecard, traits: Mapping[str, object], *, level: float = 0.9) -> dict[str, Any]:
    """Score one lead by a stored scorecard, as the API shows it: no data are read and nothing is fitted.

    Parameters
    ----------
    scorecard
        `Scorecard.from_json(result["scorecard"])`.
    traits
        What is known of the lead; what the scorecard does not know is left aside.
    level
        Coverage of the interval.

    Examples
    --------
    >>> from models.ideal_customers.familiarity import Familiarity
    >>> from models.ideal_customers.rehearsal import Calibration
    >>> certain, anything = Calibration(1.0, np.zeros((2, 2))), Familiarity((), (), -np.inf)
    >>> card = Scorecard(base_rate=0.25, constant=0.0, calibration=certain, parts=(), familiarity=anything)
    >>> lead_score(card, {"country": "DE"})["score"]
    0.5
    """
    found = scorecard.score(traits, level=level)
    return {
        "score": found.value,
        "score_low": found.low,
        "score_high": found.high,
        "ideal": None if scorecard.ideal_from is None else found.value >= scorecard.ideal_from,
        "against_typical": found.value / scorecard.base_rate,
        "reasons": reasons_of(found),
        "unlike_anything_seen": found.unlike_anything_seen,
        "unlike": list(found.unlike),
        **({"reasons_for_null": {"ideal": "traits_do_not_predict"}} if scorecard.ideal_from is None else {}),
    }


def reasons_of(score: Score) -> list[dict[str, Any]]:
    """Return what moves a score, the strongest first: each trait's factor on the odds of success."""
    return [{"trait": each.trait, "level": each.level, "odds_factor": each.factor} for each in score.reasons]


def _scored(row: Row, scorecard: Scorecard, winning: Winning, *, level: float) -> dict[str, Any]:
    traits = {name: value for name, value in row.items() if name not in _NOT_TRAITS}
    told = {"lead_id": row["lead_id"], **lead_score(scorecard, traits, level=level)}
    if winning.fitted is None:
        why = winning.why_not or "not_identified"
        nothing = told.get("reasons_for_null", {}) | {"win_chance": why, "expected": why}
        return told | {"win_chance": None, "expected": None, "reasons_for_null": nothing}
    chance = winning.fitted.scorecard.score(traits, level=level).value
    return told | {"win_chance": chance, "expected": chance * told["score"]}


def _winning(leads: Sequence[Row], panel: StoredPanel, *, level: float, seed: int) -> Winning:
    """Fit who is won, on leads old enough that nearly all of their age are decided."""
    book = panel.connect().table("customers").select("customer_id", "signed_up").to_pyarrow().to_pylist()
    signed = {row["customer_id"]: row["signed_up"] for row in book}
    decided = [(row, _days(row, signed)) for row in leads if row["customer_id"] or row["lost"]]
    took = [days for _, days in decided if days is not None]
    patience = float(np.quantile(took, _PATIENCE)) if took else 0.0
    old = sorted(
        (row for row, _ in decided if (panel.as_of - row["created"]).days >= patience),
        key=lambda row: str(row["lead_id"]),
    )
    won = np.array([row["customer_id"] is not None for row in old], dtype=np.float64)
    values = {name: [row[name] for row in old] for name in sorted({*leads[0]} - _NOT_TRAITS)}
    levels = [levels_of(name, each, unknown_counts=True) for name, each in values.items()]
    traits = [each for each in levels if each is not None]
    unknown = Winning(None, None, len(old), int(won.sum()), "no_decided_leads")
    if won.size and (won.all() or not traits):
        return replace(unknown, why_not="no_lost_leads" if won.all() else "no_traits")
    if not won.size:
        return unknown
    try:
        fitted = fit_scorecard(traits, coded(traits, values), won, seed=seed)
    except NotEstimable as refusal:
        return replace(unknown, why_not=refusal.reason)
    area = quality_of(fitted.rehearsal, fitted.chances, level=level).area.to_json()
    return replace(unknown, fitted=fitted, area=area, why_not=None)


def _days(row: Row, signed: Mapping[str, date | None]) -> int | None:
    """Return how long a decision took, days."""
    end = row["lost"] or signed.get(row["customer_id"])
    return None if end is None else max((end - row["created"]).days, 0)
