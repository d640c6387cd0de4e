"""How much people differ in what they say that one unit is worth, or that they would pay for it, metric by metric.

Where customers report no outcomes this is all that is known of how steady the value of a unit is: a metric on
which people agree can carry one price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from models.errors import NotEstimable
from models.estimate import Estimate
from models.surveys._base import Asked
from pricing_service.decisions._surveys import surveys_of
from pricing_service.panel import Metric, StoredPanel


@dataclass(frozen=True)
class StatedSpread:
    """The survey table that it comes from, and the scale of logs over respondents."""

    source: str
    estimate: Estimate


def stated_spreads(
    panel: StoredPanel, metrics: Sequence[Metric], *, level: float, seed: int
) -> dict[str, StatedSpread]:
    """Return the stated spread of every metric that people were asked about.

    Of several surveys about one metric the one counts that asks for worth, else the one that most customers answered.
    """
    # Surveys are read only where outcomes are silent; whoever has outcomes need not wait for the methods to load.
    from pricing_service.decisions._all_evidence import METHODS  # noqa: PLC0415
    from pricing_service.decisions.willingness_to_pay import WillingnessOptions, read_survey  # noqa: PLC0415

    found: dict[str, list[tuple[bool, int, StatedSpread]]] = {}
    names = {metric.metric for metric in metrics}
    for survey in surveys_of(panel, list(METHODS)):
        if survey.item not in names:
            continue
        asked = Asked(unit=survey.unit, level=level, seed=seed)
        try:
            reading = read_survey(survey, METHODS[survey.table], WillingnessOptions().for_methods(), asked)
        except NotEstimable:
            continue
        if reading.spread is not None and reading.spread.known:
            said = StatedSpread(survey.table, reading.spread)
            found.setdefault(survey.item, []).append((reading.about == "worth", reading.clusters, said))
    return {metric: max(its, key=lambda each: each[:2])[2] for metric, its in found.items()}


def stated_sentences(ranking: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say on which metric people agree most, and how sure that is; nothing where fewer than two were asked about.

    Parameters
    ----------
    ranking
        Entries with their `stated_spread`.
    """
    asked = [each for each in ranking if each["stated_spread"]["value"] is not None]
    if len(asked) < 2:
        return []
    first, second = sorted(asked, key=lambda each: each["stated_spread"]["value"])[:2]
    one, other = first["stated_spread"], second["stated_spread"]
    surely = one["high"] < other["low"]
    return [
        f"Asked for money, people agree most about {first['metric']}: two in three lie within a factor of"
        f" {exp(one['value']):.2g} of the middle there, and of {exp(other['value']):.2g} for {second['metric']};"
        f" {'more than chance' if surely else 'a difference that may be chance'}."
    ]
