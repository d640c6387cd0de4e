"""Doubt about money: how far each statistic would lie elsewhere if a judgement about a KPI's money were another.

What a KPI is worth and how much of it is owed to us is believed with a deviation. More customers do not make that
surer, and so it is drawn beside them, the same for every metric.

Notation
--------
P : parts of value that different judgements multiply      g : (R, P) factors on them, relative to what is stated
s(W, g) : a statistic on the weighted customers W under g

``s(W_b, g_r) ≈ s(W_b, 1) + s(1, g_r) - s(1, 1)`` on the statistic's symmetric scale, with r = b mod R: chance in
who was sampled and doubt in what money means add up, and only their interplay is left out. Above `MOST_CUSTOMERS`
the two last terms are taken on every k-th customer: their difference needs no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from models.attribution import Judgement, draw_factors
from models.checks import Floats
from models.ranking.draws import Drawn, scores
from models.resampling import Scale
from models.value_metrics._base import MetricEvidence, MetricScore

MOST_CUSTOMERS = 2_000
_ROWS_OF_ONE = 8
_MOST_ROWS = 64


def with_doubt(drawn: Drawn, evidence: Mapping[str, MetricEvidence], *, seed: int) -> Drawn:
    """Return the draws with the doubt about money in them.

    Parameters
    ----------
    drawn
        Draws under the judgements as they are stated.
    evidence
        One entry a metric, with the same parts of value.
    seed
        Of the judgements' draws.
    """
    parts = next(iter(evidence.values())).parts
    if parts is None or parts.certain:
        return drawn
    factors = _relative_factors(parts.judgements, seed=seed)
    # A common factor cancels out of all but what compares value with today's bills.
    alike = factors.shape[1] == 1
    moved = dict(drawn)
    with threadpool_limits(1):
        for metric, whole in evidence.items():
            part = _thinned(whole)
            for name, score in scores().items():
                keys = [key for key, each in score.statistics.items() if not (alike and each.scale_free)]
                for key, shift in _shifts(score, keys, part, factors).items():
                    moved[metric, name, key] = _shifted(
                        drawn[metric, name, key], shift, score.statistics[key].scale
                    )
    return moved


def _relative_factors(judgements: Sequence[Judgement], *, seed: int) -> Floats:
    """Draw g, shape (R, P)."""
    rows = min(_ROWS_OF_ONE * 2 ** (len(judgements) - 1), _MOST_ROWS)
    means = np.array([judgement.mean or 1.0 for judgement in judgements])
    factors: Floats = draw_factors(list(judgements), draws=rows, seed=seed) / means
    return factors


def _thinned(evidence: MetricEvidence) -> MetricEvidence:
    step = -(-evidence.n // MOST_CUSTOMERS)
    return evidence if step <= 1 else evidence.only(np.arange(evidence.n) % step == 0)


def _shifts(
    score: MetricScore, keys: Sequence[str], evidence: MetricEvidence, factors: Floats
) -> dict[str, Floats]:
    """Return s(1, g_r) - s(1, 1) of some statistics on their symmetric scales, shape (R,) each."""
    if not keys:
        return {}
    once = np.ones((1, evidence.n))
    stated = score.evaluate(evidence, once)
    others = [score.evaluate(evidence.under(factor), once) for factor in factors]
    scales = {key: score.statistics[key].scale for key in keys}
    return {
        key: scale.to(np.array([other[key][0] for other in others])) - scale.to(stated[key])
        for key, scale in scales.items()
    }


def _shifted(values: Floats, shift: Floats, scale: Scale) -> Floats:
    """Move draws (B,) by the shifts (R,) in turn; where there is none they stay as they are, to the last bit."""
    if not np.any(shift != 0):
        return values
    return scale.back(scale.to(values) + np.resize(shift, values.size))
