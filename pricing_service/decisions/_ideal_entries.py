"""The study of ideal customers in the API's names: success, profile, quality, the ideal group, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy import special

from models.checks import Floats
from models.estimate import Estimate, Label
from models.ideal_customers.levels import Coded
from models.ideal_customers.lifts import Lift, lifts
from models.ideal_customers.quality import Quality, Reliability
from models.ideal_customers.scorecard import Reason, Scorecard
from models.proportions import wilson
from pricing_service.decisions._ideal_study import Study

_BELIEVABLE = 0.05


def success_entry(study: Study) -> dict[str, Any]:
    """Return what counted as success, and of how many customers it is known."""
    success, over = study.success, study.calendar.over(study.months)
    told: dict[str, Any] = {
        "window_months": study.months,
        "known": int(study.labelled.sum()),
        "too_early": int((~over).sum()),
        "seen_late": int((study.calendar.seen_late & study.labelled).sum()),
        "parts": list(success.parts) if success else [],
        "relative_to_size": bool(success.relative_to_size) if success else False,
        "share": success.share if success else None,
    }
    if success is None:
        told["reasons"] = {"share": study.why_not.reason if study.why_not else "no_variation"}
    return told


def profile(study: Study, *, significance: float) -> list[dict[str, Any]]:
    """Return every level's lift, those that stand out first, then the surest."""
    if study.success is None or not study.levels:
        return []
    labelled = study.everybody.only(study.labelled)
    found = lifts(labelled, study.outcome, level=study.asked.level, significance=significance)
    ordered = sorted(found, key=lambda each: (not each.stands_out, each.p_value is None, each.p_value or 0.0))
    return [_level(each, study) for each in ordered]


def _level(each: Lift, study: Study) -> dict[str, Any]:
    levels = study.levels[each.trait]
    shown: dict[str, Any] = {
        "trait": levels.trait,
        "level": levels.levels[each.level],
        "lift": each.lift.to_json(),
        "share": each.share,
        "customers": each.customers,
        "p_value": each.p_value,
        "q_value": each.q_value,
        "stands_out": each.stands_out,
        "as_of": study.traits.as_of[levels.trait],
    }
    if each.p_value is None:
        shown["reasons"] = dict.fromkeys(("p_value", "q_value"), each.lift.reason or "insufficient_customers")
    return shown


def score_quality(study: Study) -> dict[str, Any]:
    """Return how well the score foretells success, against the base rate and against every single trait."""
    shown: dict[str, Any] = {"predicts": study.predicts}
    why = study.why_not.reason if study.why_not else "history_too_short"
    for name, found in (("out_of_sample", study.now), ("out_of_time", study.later)):
        shown[name] = None if found is None else _quality(found, study)
        if found is None:
            shown.setdefault("reasons", {})[name] = why
    return shown


def _quality(found: Quality, study: Study) -> dict[str, Any]:
    by_trait = [
        {"trait": name, "auc": float(area)}
        for name, area in zip(study.names, found.rule_areas.tolist(), strict=True)
        if np.isfinite(area)
    ]
    gain = found.gain
    beaten = "cannot_tell"
    if gain.low is not None and gain.high is not None:
        beaten = "yes" if gain.low > 0 else "no" if gain.high < 0 else "cannot_tell"
    return {
        "customers": found.customers,
        "successes": found.successes,
        "auc": found.area.to_json(),
        "brier_skill": found.skill.to_json(),
        "single_trait": {"auc": found.rule_area.to_json(), "gain": gain.to_json(), "beaten": beaten},
        "by_trait": sorted(by_trait, key=lambda row: (-row["auc"], row["trait"])),
        "reliability": _reliability(found.reliability),
    }


def _reliability(found: Reliability) -> dict[str, Any]:
    bins = [asdict(each) for each in found.bins]
    if found.p_value is None:
        unknown = dict.fromkeys(("p_value", "within_sampling_error"))
        return {"bins": bins, **unknown, "reasons": dict.fromkeys(unknown, "insufficient_customers")}
    return {"bins": bins, "p_value": found.p_value, "within_sampling_error": found.p_value >= _BELIEVABLE}


def ideal_group(study: Study) -> dict[str, Any] | None:
    """Return who fits the profile, and how often those who were judged so had succeeded; None without a bar."""
    card = study.scorecard
    if card is None or card.ideal_from is None or study.fitted is None or study.success is None:
        return None
    fits = card.scores(study.everybody) >= card.ideal_from
    chances = study.fitted.chances
    judged = chances >= np.quantile(chances, 1 - study.success.share)
    return {
        "score_at_least": card.ideal_from,
        "customers": int(fits.sum()),
        "share": float(fits.mean()),
        "success": _share(study.fitted.rehearsal.success[judged], level=study.asked.level).to_json(),
    }


def _share(outcome: Floats, *, level: float) -> Estimate:
    label = Label(unit="share", method="customers that succeeded ÷ customers, Wilson's interval", level=level)
    z = float(special.ndtri((1 + level) / 2))
    low, high = wilson(np.array([outcome.mean()]), np.array([float(outcome.size)]), z)
    return label.known(float(outcome.mean()), float(low[0]), float(high[0]), n=outcome.size)


def scored_rows(study: Study | None, customers: Sequence[str], *, level: float) -> dict[str, list[Any]]:
    """Return the columns of scores, one entry a customer; where there is no score, `score_basis` says why."""
    nothing: list[Any] = [None] * len(customers)
    card = study.scorecard if study is not None else None
    if study is None or card is None:
        why = study.why_not.reason if study is not None and study.why_not is not None else "nothing_dated"
        return {
            "score": nothing, "score_low": nothing, "score_high": nothing, "ideal": nothing,
            "reasons": [""] * len(customers), "score_basis": [why] * len(customers),
            "succeeded": ["unknown"] * len(customers),
        }  # fmt: skip
    place = {who: at for at, who in enumerate(study.calendar.customers)}
    rows = [place.get(who) for who in customers]
    scores = card.scores(study.everybody)
    low, high = card.intervals(study.everybody, level=level)
    bar, told, became = card.ideal_from, _reasons(card, study.everybody), _became(study)

    def column(values: Sequence[Any], otherwise: object = None) -> list[Any]:
        return [otherwise if at is None else values[at] for at in rows]

    return {
        "score": column(scores.tolist()),
        "score_low": column(low.tolist()),
        "score_high": column(high.tolist()),
        "ideal": nothing if bar is None else column((scores >= bar).tolist()),
        "reasons": column(told, ""),
        "score_basis": column([study.predicts] * len(told), "start_not_known"),
        "succeeded": column(became, "unknown"),
    }


def _reasons(card: Scorecard, customers: Coded) -> list[str]:
    """Return each customer's reasons as one line, equal customers told once."""
    patterns, place = np.unique(customers.codes, axis=0, return_inverse=True)
    told = [in_words(card.reasons(pattern.tolist())) for pattern in patterns]
    return [told[at] for at in place.ravel().tolist()]


def in_words(reasons: Sequence[Reason]) -> str:
    """Write reasons as one line: each trait's factor on the odds of success.

    Examples
    --------
    >>> in_words([Reason("segment", "retail", 1.83), Reason("region", "north", 0.7)])
    'segment retail ×1.8; region north ×0.70'
    """
    return "; ".join(f"{each.trait} {each.level} ×{each.factor:#.2g}" for each in reasons)


def _became(study: Study) -> list[str]:
    over = study.calendar.over(study.months)
    became = np.where(over, "unknown", "too_early").astype(object)
    became[study.labelled] = np.where(study.outcome > 0, "yes", "no")
    told: list[str] = became.tolist()
    return told
