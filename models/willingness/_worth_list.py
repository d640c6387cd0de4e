"""The list of what is known of worth, weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.estimate import Caveat, Estimate, Label
from models.willingness.beliefs import Belief
from models.willingness.gaussian_pool import pool
from models.willingness.sources import FAR, Reading, Weighed, WorthSource, known_by_name, warnings_of


@dataclass(frozen=True)
class Worth:
    """Worth from its list."""

    estimate: Estimate
    rows: tuple[Weighed, ...]
    caveats: tuple[Caveat, ...]


def weigh(sources: Sequence[WorthSource], label: Label, *, own_error: float) -> Worth:
    """Pool the sources of worth; a lone one that is taken as unbiased is returned as it came."""
    known = known_by_name(sources)
    if not known:
        return Worth(_silent(sources, label), tuple(Weighed.silent(each) for each in sources), ())
    beliefs = [Belief.of(each.estimate, name=each.source) for each in known]
    reading = Reading.of(
        [each.source for each in known],
        np.array([belief.mean for belief in beliefs]),
        np.diag([belief.sd**2 for belief in beliefs]),
        anchored=[each.anchored for each in known],
        own_error=own_error,
    )
    pooled = pool(
        reading.logs, reading.known + FAR * np.diag(reading.aside), own=reading.own, scale=own_error
    )
    belief = Belief(float(pooled.mean[0]), float(np.sqrt(pooled.covariance[0, 0])))
    estimate = reading.held(belief.estimate(label, n=sum(each.estimate.n for each in known)))
    if len(known) == 1 and known[0].anchored and known[0].estimate.level == label.level:
        estimate = replace(known[0].estimate, warnings=())
    weights = reading.shares(pooled.weights[0])
    rows = tuple(
        Weighed(
            source=each.source, estimate=each.estimate, alone=each.estimate,
            weight=weights.get(each.source, 0.0), contradicts=reading.contradicts.get(each.source, ()),
        )
        for each in sources
    )  # fmt: skip
    caveats = (*warnings_of(known), *reading.caveats("worth"))
    return Worth(estimate.warned(*caveats), rows, caveats)


def _silent(sources: Sequence[WorthSource], label: Label) -> Estimate:
    reasons = [each.estimate.reason for each in sources if each.estimate.reason]
    n = sum(each.estimate.n for each in sources)
    return label.unknown(reasons[0] if reasons else "no_evidence", n=n)
