"""`rank`: evidence in, verdict out."""

from __future__ import annotations

from collections.abc import Mapping

from models.checks import share
from models.errors import InvalidInput
from models.progress import Progress, silent
from models.ranking.contest import Contest
from models.ranking.draws import exact_draws, joint_normal_draws
from models.ranking.judgement import with_doubt
from models.ranking.standing import Ranking
from models.resampling import EXACT_LIMIT
from models.value_metrics._base import MetricEvidence


def rank(
    evidence: Mapping[str, MetricEvidence],
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.9,
    significance: float = 0.1,
    progress: Progress = silent,
) -> Ranking:
    """Rank candidate value metrics.

    Parameters
    ----------
    evidence
        One entry a metric, all over the same n customers in the same order and with the same parts of value.
    seed
        Of the bootstrap, and of the judgements' draws.
    draws
        Bootstrap draws.
    level
        Coverage of the intervals, a share.
    significance
        How often a verdict may be wrongly certain, a share: ``clear`` needs P ≥ 1 - significance.
    progress
        Told (done, total) after each stretch of draws.

    Raises
    ------
    InvalidInput
        If the metrics do not share their customers.

    Examples
    --------
    >>> import numpy as np
    >>> from models.value_metrics._examples import evidence_of
    >>> rng = np.random.default_rng(0)
    >>> size = np.exp(rng.normal(size=200))
    >>> steady = evidence_of(size * np.exp(rng.normal(0, 0.2, 200)), size)
    >>> wild = evidence_of(steady.value, size * np.exp(rng.normal(0, 0.8, 200)))
    >>> ranking = rank({"postings": steady, "seats": wild}, seed=1, draws=200)
    >>> ranking.recommended, ranking.verdict
    ('postings', 'clear')
    """
    share("significance", significance)
    sizes = {each.n for each in evidence.values()}
    if len(sizes) != 1:
        raise InvalidInput(f"every metric needs the same customers, got {sorted(sizes)} of them")
    sampler = exact_draws if sizes.pop() <= EXACT_LIMIT else joint_normal_draws
    points, drawn = sampler(evidence, seed=seed, draws=draws, progress=progress)
    drawn = with_doubt(drawn, evidence, seed=seed + 1)
    contest = Contest(evidence, points, drawn, level=level, significance=significance)
    return contest.verdict()
