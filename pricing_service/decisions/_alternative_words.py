"""What a reader must know where worth is net of customers' next best alternatives."""

from __future__ import annotations

from models.estimate import Caveat
from pricing_service.decisions._alternatives import rests_on_alternatives
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._words import customers


def alternative_caveats(
    outcomes: Evidence, evidence: Evidence, *, offered: int, covered: int
) -> list[Caveat]:
    """Return whose worth is net of an alternative, or why nobody's is.

    Parameters
    ----------
    outcomes
        What customers report.
    evidence
        What the answer rests on: outcomes, alternatives or both.
    offered, covered
        How many customers' alternatives are known, and how many of them count.
    """
    if not offered:
        return []
    book = customers(len(outcomes.customers))
    if not covered:
        text = (
            f"alternatives are known in full for {customers(offered)} only: too few to stand for all while the value"
            " that the others report is gross; they are not used"
        )
        return [Caveat("too_few_alternatives", text)]
    others = (
        "; worth rests on these customers, and others are judged by those like them"
        if rests_on_alternatives(evidence)
        else "; for the others it is what they report, as far as it is owed to us"
    )
    text = (
        f"for {covered:,} of {book} worth is net of their next best alternative: its price, and the difference in value"
        f"{others}"
    )
    return [Caveat("net_of_alternatives", text)]
