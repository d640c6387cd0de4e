"""Named sources of evidence, and which of them contradict each other.

Two sources contradict each other where they lie further apart than 2.5 standard errors of their difference:
their intervals, what is believed of survey bias, and the usual error of a source's own are all in it. Then

1. anchors that contradict each other are anchors no longer: each may be off by an error of its own;
2. a source that contradicts an anchor which still stands is set aside: it is shown with weight 0;
3. what remains contradictory is disputed: the interval is stretched to hold what each of them says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate
from models.willingness.beliefs import Joint
from models.willingness.hypothetical_bias import Format

APART = 2.5
"""Standard errors of a difference beyond which two sources contradict each other."""


USUAL = "share_captured"
"""The name under which ``worth × usual share`` stands beside the evidence; no source is called so."""

FAR = 1e8
"""Variance of the error of what is set aside: a standard deviation of ten thousand logs does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthSource:
    """What one source says of the worth of one unit to the median customer.

    Parameters
    ----------
    source
        Its name: ``outcomes``, ``alternatives``, ``worth_checks``, ``prior``.
    estimate
        Positive where known.
    anchored
        Whether it is taken as unbiased: its interval is then the whole of its error. A source that is not
        may be off by an error of its own, as far as the sources usually are from one another.
    lean
        How worth leans on units (`units_lean`), where the source tells it.
    spread
        The standard deviation of log worth over customers, where the source tells it.
    """

    source: str
    estimate: Estimate
    anchored: bool = True
    lean: Estimate | None = None
    spread: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WillingnessSource:
    """What one source says of the median customer's willingness to pay for one unit.

    Parameters
    ----------
    source
        Its name: ``quotes``, ``renewals``, ``price_variation``, ``price_sensitivity``, ``purchase_intent``,
        ``choices``.
    estimate
        As the source has it: a stated price is given uncorrected. Positive where known.
    form
        The form of the question where prices are stated; None where they were paid or refused.
    spread
        The standard deviation of the log over customers, where the source tells it.
    alone
        Of paid prices: median and spread together, by the source's data alone. Then that is pooled, and
        `estimate` and `spread`, in which a prior of the spread may stand, are what is shown.
    anchored
        As for `WorthSource`. A stated source is never an anchor: it has the bias of its form.
    lean
        How its prices lean on units (`units_lean`), where the source tells it.
    """

    source: str
    estimate: Estimate
    form: Format | None = None
    spread: Estimate | None = None
    alone: Joint | None = None
    anchored: bool = False
    lean: Estimate | None = None

    def __post_init__(self) -> None:
        if self.form is not None and (self.anchored or self.alone is not None):
            text = (
                "stated prices are never taken as unbiased or pooled with their spread; fix the bias instead"
            )
            raise InvalidInput(f"{self.source}: {text}")


Source = WorthSource | WillingnessSource
Its = TypeVar("Its", WorthSource, WillingnessSource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A source beside the others of its list.

    Parameters
    ----------
    source, estimate
        As given.
    alone
        What it would say of the list's quantity if it stood alone: a stated price without its usual bias.
    weight
        Its share of the pooled estimate, 0–1; over a list's known sources they sum to 1.
    contradicts
        Names of the sources that lie too far from it.
    """

    source: str
    estimate: Estimate
    alone: Estimate
    weight: float
    contradicts: tuple[str, ...]

    @classmethod
    def silent(cls, source: Source) -> Weighed:
        """Return the row of a source that knows nothing."""
        return cls(
            source=source.source, estimate=source.estimate, alone=source.estimate, weight=0.0, contradicts=()
        )

    def to_json(self) -> dict[str, Any]:
        """Return the row as the API shows it."""
        return {
            "source": self.source,
            "estimate": self.estimate.to_json(),
            "alone": self.alone.to_json(),
            "weight": self.weight,
            "contradicts": list(self.contradicts),
        }


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A list of known sources as the pool takes it.

    Parameters
    ----------
    names
        k sources, `USUAL` among them where the usual share of worth stands beside the evidence.
    logs
        Shape (k,): what each says of the quantity's log.
    known
        Shape (k, k): covariance of the errors that their intervals and shared beliefs tell.
    own
        Shape (k,): 1 where a source may be off by an error of its own.
    contradicts
        By source, the names of those that lie too far from it.
    aside
        Shape (k,): whether a source that may be off is set aside because it contradicts an anchor.
    disputed
        Shape (k,): whether a source contradicts another with none of the two set aside.
    """

    names: Sequence[str]
    logs: Floats
    known: Floats
    own: Floats
    contradicts: Mapping[str, tuple[str, ...]]
    aside: NDArray[np.bool_]
    disputed: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        logs: Floats,
        known: Floats,
        *,
        anchored: Sequence[bool],
        own_error: float,
    ) -> Reading:
        """Find the contradictions, and judge them by the rules above."""
        own = 1.0 - np.array(anchored, dtype=np.float64)
        contradicts = contradictions(names, logs, known + own_error**2 * np.diag(own))
        anchors = {name for name, taken in zip(names, anchored, strict=True) if taken} - {USUAL}
        standing = {name for name in anchors if not anchors & {*contradicts[name]}}
        aside = np.array([name not in anchors and bool(standing & {*contradicts[name]}) for name in names])
        left = {name for name, out in zip(names, aside, strict=True) if not out} - {USUAL}
        disputed = np.array([name in left and bool(left & {*contradicts[name]}) for name in names])
        own[[name in anchors - standing for name in names]] = 1.0
        return cls(
            names=names,
            logs=logs,
            known=known,
            own=own,
            contradicts=contradicts,
            aside=aside,
            disputed=disputed,
        )

    def shares(self, weights: Floats) -> dict[str, float]:
        """Return the weights (k,) of the evidence as shares that sum to 1, 0 for what is set aside."""
        # Readings whose biases are correlated can in theory get a weight below 0: it is shown as none.
        counted = np.where(self.aside, 0.0, np.maximum(weights, 0.0)).tolist()
        of = {name: weight for name, weight in zip(self.names, counted, strict=True) if name != USUAL}
        total = sum(of.values())
        return {name: weight / total if total > 0 else 0.0 for name, weight in of.items()}

    def held(self, estimate: Estimate) -> Estimate:
        """Stretch the interval to all that is disputed: it must not settle between what contradicts itself."""
        if estimate.low is None or estimate.high is None or not self.disputed.any():
            return estimate
        ends = np.exp(self.logs[self.disputed])
        return replace(
            estimate, low=min(estimate.low, float(ends.min())), high=max(estimate.high, float(ends.max()))
        )

    def caveats(self, about: str) -> tuple[Caveat, ...]:
        """Name the sources that contradict each other, and what was done about it."""
        names = np.array(self.names)
        said = []
        if self.disputed.any():
            who = ", ".join(names[self.disputed])
            said.append(f"{who} contradict each other on {about}: the interval holds what each of them says")
        if self.aside.any():
            who = ", ".join(names[self.aside])
            said.append(f"{who} set aside: it contradicts what was paid or achieved")
        return (Caveat("sources_disagree", "; ".join(said)),) if said else ()


def contradictions(names: Sequence[str], readings: Floats, covariance: Floats) -> dict[str, tuple[str, ...]]:
    """Return for each source the names of those that contradict it.

    Parameters
    ----------
    names
        k sources, different ones.
    readings, covariance
        Shapes (k,) and (k, k): logs of the same quantity, and of their errors.

    Examples
    --------
    >>> contradictions(["outcomes", "prior"], np.log([40.0, 400.0]), 0.01 * np.eye(2))
    {'outcomes': ('prior',), 'prior': ('outcomes',)}
    """
    variance = np.diag(covariance)
    of_difference = np.maximum(variance[:, None] + variance - 2 * covariance, 1e-300)
    apart = np.abs(readings[:, None] - readings) > APART * np.sqrt(of_difference)
    return {
        name: tuple(other for other, far in zip(names, row, strict=True) if far)
        for name, row in zip(names, apart, strict=True)
    }


def known_by_name(sources: Sequence[Its]) -> list[Its]:
    """Return the sources that know something, by name, so that no result depends on their order.

    Raises
    ------
    InvalidInput
        If two sources have one name.
    """
    names = [each.source for each in sources]
    if len(set(names)) < len(names):
        raise InvalidInput(f"each source can stand only once in a list, got {names}")
    return sorted((each for each in sources if each.estimate.known), key=lambda each: each.source)


def warnings_of(sources: Sequence[Source]) -> tuple[Caveat, ...]:
    """Return the warnings that the sources' estimates bring along, each once."""
    return tuple(dict.fromkeys(warning for each in sources for warning in each.estimate.warnings))
