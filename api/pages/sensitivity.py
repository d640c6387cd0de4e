"""What if customers who do not report get less value: the table, and the points where answers flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.figures import Shown, estimate, share


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption about non-reporters and what follows; `flips` marks another metric than at the mildest."""

    at: str
    worth: Shown | None
    recommended: str
    flips: bool


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The assumptions from mild to harsh, and sentences that say where answers flip."""

    sentences: Sequence[str]
    rows: Sequence[Assumption]


def sensitivity(metrics: Mapping[str, Any], worth: Mapping[str, Any]) -> Sensitivity | None:
    """Bring the sensitivities of both results together, one row a share; None where nothing was tried.

    Parameters
    ----------
    metrics, worth
        The results of `value_metrics` and `unit_worth`; their `sensitivity` holds
        ``non_reporters_at: [{share, recommended | worth}]``, ``flips_at`` and ``reasons``.
    """
    choice, price = (result.get("sensitivity") or {} for result in (metrics, worth))
    leaders = {row["share"]: row.get("recommended") for row in choice.get("non_reporters_at") or []}
    worths = {row["share"]: row.get("worth") for row in price.get("non_reporters_at") or []}
    shares = sorted({*leaders, *worths}, reverse=True)
    if not shares:
        return None
    first = leaders.get(shares[0])
    rows = [
        Assumption(
            at=share(at),
            worth=estimate(worths[at]) if at in worths else None,
            recommended=str(leaders.get(at) or ""),
            flips=leaders.get(at) != first,
        )
        for at in shares
    ]
    sentences = [_choice(choice, leaders), _price(price)]
    return Sensitivity([sentence for sentence in sentences if sentence], rows)


def _choice(found: Mapping[str, Any], leaders: Mapping[float, Any]) -> str:
    if not leaders:
        return ""
    flips = found.get("flips_at")
    if flips is None:
        return "The choice of the metric does not depend on it: the same one leads down to the lowest share tried."
    return f"Another metric would lead if they got {share(flips)} or less of the value that customers like them get."


def _price(found: Mapping[str, Any]) -> str:
    flips = found.get("flips_at")
    if flips is not None and found.get("from") and found.get("to"):
        return (
            f"Today's price per unit, now {found['from']} the corridor, would lie {found['to']} it "
            f"if they got {share(flips)} or less."
        )
    if (found.get("reasons") or {}).get("flips_at") == "never_flips":
        return "Today's price per unit would keep its place beside the corridor at every share tried."
    return ""
