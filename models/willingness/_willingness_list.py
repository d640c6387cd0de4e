"""The list of what is known of willingness to pay, weighed; `all_evidence` has the notation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.estimate import Caveat, Estimate, Label
from models.willingness.assumptions import Assumptions
from models.willingness.beliefs import Belief
from models.willingness.gaussian_pool import Pooled, pool
from models.willingness.hypothetical_bias import FORMATS, Bias, Format
from models.willingness.sources import (
    FAR,
    USUAL,
    Reading,
    Weighed,
    WillingnessSource,
    known_by_name,
    warnings_of,
)


@dataclass(frozen=True, kw_only=True)
class Willingness:
    """Willingness from its list; the fields are those of `AllEvidence`."""

    estimate: Estimate
    spread: Estimate
    correlation: float
    share_captured: Estimate
    bias: Mapping[Format, Estimate]
    share_times_bias: Mapping[Format, Estimate]
    rows: tuple[Weighed, ...]
    prior_part: float | None
    anchor: tuple[str, ...]
    price_range: tuple[float, float] | None
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, kw_only=True)
class _List:
    """The known sources by name, their beliefs as given, and what came of pooling them with the usual share.

    `forms` (k, f) says which form's bias each reading has; the usual share of worth stands last where worth
    is known.
    """

    sources: Sequence[WillingnessSource]
    beliefs: Sequence[Belief]
    forms: Floats
    reading: Reading
    layout: _Layout
    pooled: Pooled
    bias: Bias
    worth: Belief | None

    @property
    def usual_weight(self) -> float:
        """Weight of the usual share of worth, 0 where worth is unknown."""
        return float(self.pooled.weights[0, len(self.sources)]) if self.worth is not None else 0.0

    @property
    def willingness(self) -> Belief:
        """The pooled willingness."""
        return Belief(float(self.pooled.mean[0]), float(np.sqrt(self.pooled.covariance[0, 0])))


def weigh(
    sources: Sequence[WillingnessSource], label: Label, *, worth: Belief | None, given: Assumptions
) -> Willingness:
    """Pool what is known of willingness, with the usual share of `worth` where that is known."""
    known = known_by_name(sources)
    if not known and worth is None:
        return _silent(sources, label, given.spread)
    found = _pooled(known, worth, given)
    alone = _alone(found, label)
    rows = tuple(_row(each, found, alone) for each in sources)
    caveats = (*warnings_of(known), *found.reading.caveats("willingness to pay"), *_caveats(found))
    n = sum(each.estimate.n for each in known)
    values = [each.value for each in alone.values() if each.value is not None]
    return Willingness(
        estimate=found.reading.held(found.willingness.estimate(label, n=n)).warned(*caveats),
        spread=_spread(found, label),
        correlation=float(found.pooled.covariance[0, 1] / np.sqrt(np.diag(found.pooled.covariance).prod())),
        share_captured=_share(found, label, n=n),
        bias=_bias(found, label),
        share_times_bias=_share_times_bias(found, label, given.own_error),
        rows=rows,
        prior_part=_prior_part(found),
        anchor=_anchor(found),
        price_range=(min(values), max(values)),
        caveats=caveats,
    )


def _pooled(known: Sequence[WillingnessSource], worth: Belief | None, given: Assumptions) -> _List:
    """Judge the readings, lay them out with those of the spread and with the priors, and pool them."""
    beliefs = [Belief.of(each.estimate, name=each.source) for each in known]
    names, anchored = [each.source for each in known], [each.anchored for each in known]
    asked = [[float(each.form == form) for form in FORMATS] for each in known]
    forms = np.array(asked).reshape(-1, len(FORMATS))
    logs, variance = [belief.mean for belief in beliefs], [belief.sd**2 for belief in beliefs]
    if worth is not None:
        names, anchored = [*names, USUAL], [*anchored, True]
        forms = np.vstack([forms, np.zeros(len(FORMATS))])
        logs.append(worth.mean + given.share.mean)
        variance.append(worth.sd**2 + given.share.sd**2)
    shared = forms @ given.bias.covariance @ forms.T
    reading = Reading.of(
        names,
        np.array(logs) - forms @ given.bias.mean,
        np.diag(variance) + shared,
        anchored=anchored,
        own_error=given.own_error,
    )
    layout = _laid_out(known, reading, shared, given)
    pooled = pool(layout.readings, layout.known, own=layout.own, scale=given.own_error, design=layout.design)
    return _List(
        sources=known, beliefs=beliefs, forms=forms, reading=reading, pooled=pooled, layout=layout,
        bias=given.bias, worth=worth,
    )  # fmt: skip


@dataclass(frozen=True)
class _Layout:
    """Readings (k + l,): k of log willingness, then l of the log spread, the usual one last; as `pool` takes them."""

    readings: Floats
    known: Floats
    own: Floats
    design: Floats


def _laid_out(
    known: Sequence[WillingnessSource], reading: Reading, shared: Floats, given: Assumptions
) -> _Layout:
    k = reading.logs.size
    told = [(at, each) for at, each in enumerate(known) if each.alone or (each.spread and each.spread.known)]
    readings = np.concatenate([reading.logs, np.zeros(len(told)), [given.spread.mean]])
    errors = np.zeros((readings.size, readings.size))
    errors[:k, :k] = reading.known
    errors[-1, -1] = max(given.spread.sd, 1e-6) ** 2
    for row, (at, each) in enumerate(told, start=k):
        both = np.ix_([at, row], [at, row])
        if each.alone:
            readings[[at, row]], errors[both] = each.alone.mean, each.alone.covariance
            errors[at, at] += shared[at, at]
        elif each.spread:
            belief = Belief.of(each.spread, name=f"{each.source}'s spread")
            # Stated prices carry the noise of answering too: their spread may be off as their median may.
            readings[row], errors[row, row] = belief.mean, belief.sd**2 + given.own_error**2
        if reading.aside[at]:
            errors[row, row] += FAR
    errors[np.arange(k), np.arange(k)] += FAR * reading.aside
    of_spread = np.arange(readings.size) >= k
    own = np.concatenate([reading.own, np.zeros(readings.size - k)])
    return _Layout(readings, errors, own, np.column_stack([~of_spread, of_spread]).astype(np.float64))


def _silent(sources: Sequence[WillingnessSource], label: Label, spread: Belief) -> Willingness:
    reasons = [each.estimate.reason for each in sources if each.estimate.reason]
    nothing = label.unknown(
        reasons[0] if reasons else "no_evidence", n=sum(each.estimate.n for each in sources)
    )
    return Willingness(
        estimate=nothing, spread=spread.estimate(_log(label), n=0), correlation=0.0,
        share_captured=_unknown_share(label), bias={}, share_times_bias={},
        rows=tuple(Weighed.silent(each) for each in sources), prior_part=None, anchor=(), price_range=None, caveats=(),
    )  # fmt: skip


def _unknown_share(label: Label) -> Estimate:
    return Label(unit="share", level=label.level).unknown("no_worth", n=0)


def _row(source: WillingnessSource, found: _List, alone: Mapping[str, Estimate]) -> Weighed:
    if not source.estimate.known:
        return Weighed.silent(source)
    return Weighed(
        source=source.source,
        estimate=source.estimate,
        alone=alone[source.source],
        weight=found.reading.shares(found.pooled.weights[0, : found.reading.logs.size])[source.source],
        contradicts=tuple(name for name in found.reading.contradicts[source.source] if name != USUAL),
    )


def _alone(found: _List, label: Label) -> dict[str, Estimate]:
    """Return what each reading would say of willingness if it stood alone."""
    counts = [*(each.estimate.n for each in found.sources), 0]
    errors = np.sqrt(np.diag(found.reading.known))
    readings = zip(found.reading.names, found.reading.logs, errors, counts, strict=False)
    return {name: Belief(float(log), float(sd)).estimate(label, n=n) for name, log, sd, n in readings}


def _log(label: Label) -> Label:
    return Label(unit="log", level=label.level, method="standard deviation of log willingness over customers")


def _spread(found: _List, label: Label) -> Estimate:
    n = sum(each.spread.n for each in found.sources if each.spread and each.spread.known)
    belief = Belief(float(found.pooled.mean[1]), float(np.sqrt(found.pooled.covariance[1, 1])))
    return belief.estimate(_log(label), n=n)


def _share(found: _List, label: Label, *, n: int) -> Estimate:
    """Return willingness ÷ worth; the error of worth is part of both as far as the usual share has weight."""
    if found.worth is None:
        return _unknown_share(label)
    variance = found.willingness.sd**2 + found.worth.sd**2 * (1 - 2 * found.usual_weight)
    label = Label(unit="share", level=label.level, method="willingness to pay ÷ worth")
    # A usual share of all weight leaves no more than its own error, whatever the rounding.
    return Belief(found.willingness.mean - found.worth.mean, float(np.sqrt(max(variance, 0.0)))).estimate(
        label, n=n
    )


def _bias(found: _List, label: Label) -> dict[Format, Estimate]:
    """Return the posterior bias of each form that was asked: β given y, ``m + C F'Q y``."""
    more = found.layout.readings.size - len(found.forms)
    forms = np.vstack([found.forms, np.zeros((more, len(FORMATS)))])
    gain = found.bias.covariance @ forms.T
    mean = found.bias.mean + gain @ found.pooled.projection @ found.layout.readings
    covariance = found.bias.covariance - gain @ found.pooled.projection @ gain.T
    posterior = Bias(mean, (covariance + covariance.T) / 2)
    asked = {each.form: 0 for each in found.sources if each.form is not None}
    for each in found.sources:
        if each.form is not None:
            asked[each.form] += each.estimate.n
    unit = Label(unit="ratio", level=label.level, method="stated ÷ real willingness to pay")
    return {form: posterior.of(form).estimate(unit, n=n) for form, n in asked.items()}


def _share_times_bias(found: _List, label: Label, own_error: float) -> dict[Format, Estimate]:
    """Return stated willingness ÷ worth by form."""
    products: dict[Format, Estimate] = {}
    unit = Label(unit="share", level=label.level, method="stated willingness to pay ÷ worth")
    for form in FORMATS if found.worth is not None else ():
        mine = [at for at, each in enumerate(found.sources) if each.form == form]
        if mine and found.worth is not None:
            logs = np.array([found.beliefs[at].mean for at in mine])
            known = np.diag([found.beliefs[at].sd ** 2 for at in mine])
            stated = pool(logs, known, own=np.full(len(mine), float(len(mine) > 1)), scale=own_error)
            sd = float(np.hypot(np.sqrt(stated.covariance[0, 0]), found.worth.sd))
            n = sum(found.sources[at].estimate.n for at in mine)
            products[form] = Belief(float(stated.mean[0]) - found.worth.mean, sd).estimate(unit, n=n)
    return products


def _told_without_priors(found: _List) -> list[int]:
    """Return the positions of the readings that need neither the usual share nor a belief about bias."""
    return [at for at, each in enumerate(found.sources) if each.form is None or found.bias.is_fixed]


def _prior_part(found: _List) -> float:
    sure = _told_without_priors(found)
    if not sure:
        return 1.0
    rows = [*sure, *range(len(found.forms), found.layout.readings.size)]
    without, given = (
        np.linalg.inv(design.T @ np.linalg.inv(errors) @ design)[0, 0]
        for errors, design in (
            (found.pooled.errors[np.ix_(rows, rows)], found.layout.design[rows]),
            (found.pooled.errors, found.layout.design),
        )
    )
    return float(np.clip(1 - given / without, 0.0, 1.0))


def _anchor(found: _List) -> tuple[str, ...]:
    paid = [(at, each) for at, each in enumerate(found.sources) if each.form is None]
    if paid:
        anchors = tuple(each.source for at, each in paid if not found.reading.own[at])
        return anchors or tuple(each.source for _, each in paid)
    if not found.sources:
        return (USUAL,)
    return tuple(each.source for each in found.sources) if found.bias.is_fixed else ("hypothetical_bias",)


def _caveats(found: _List) -> list[Caveat]:
    caveats = []
    if not found.sources:
        text = (
            "nobody was asked and no price was tried: willingness to pay is the usual share of worth, no more"
        )
        caveats.append(Caveat("willingness_from_worth", text))
    elif all(each.form is not None for each in found.sources):
        text = (
            "no price was paid or refused: by how much people overstate and which share of worth they would pay"
            " cannot be told apart, so willingness to pay rests on what is usual elsewhere"
        )
        caveats.append(Caveat("no_paid_prices", text))
    if USUAL in found.reading.names and found.reading.contradicts[USUAL]:
        text = "willingness to pay is an unusual share of worth: worth or willingness may be of another unit"
        caveats.append(Caveat("share_unusual", text))
    return caveats
