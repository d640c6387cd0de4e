"""Customers who pay today, and what all evidence says each would pay for a unit of what it uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Caveat
from models.threads import on_one_thread
from models.willingness.by_customer import CommonDraws, Population, draw_common
from pricing_service.decisions._all_evidence import EvidencePool
from pricing_service.decisions._alternatives import net_worth, with_alternatives
from pricing_service.decisions._evidence import gather
from pricing_service.decisions._study import WorthStudy
from pricing_service.decisions._tier_customers import mean_month, months_of_use
from pricing_service.decisions.unit_worth import UnitWorthOptions, chosen_metric, pool_of
from pricing_service.panel import Metric, StoredPanel


@dataclass(frozen=True, eq=False)
class Payers:
    """n customers that used the metric, sorted by id.

    Parameters
    ----------
    metric
        The metric by whose units it is told what they would pay.
    pool
        What tells it.
    ids
        Their ids.
    units
        Shape (n,): of a mean month, of the latest that count, above 0.
    bill
        Shape (n,): what they pay a month today, 0 where they pay nothing or are gone.
    common
        Draws of what is uncertain of everybody.
    caveats
        What a reader must know of the evidence.
    """

    metric: Metric
    pool: EvidencePool
    ids: Sequence[str]
    units: Floats
    bill: Floats
    common: CommonDraws
    caveats: tuple[Caveat, ...]

    @classmethod
    @on_one_thread
    def of(cls, panel: StoredPanel, options: UnitWorthOptions, *, draws: int, seed: int) -> Payers:
        """Read the evidence, as `unit_worth` does with the same options.

        Raises
        ------
        InvalidInput
            If the options name a metric that the data do not have.
        NotEstimable
            ``no_usage``, ``no_evidence`` or a source's reason, where nothing tells what they would pay.
        """
        chosen = chosen_metric(panel, options, seed)
        evidence, _ = with_alternatives(gather(panel, metrics=[chosen.metric]), net_worth(panel))
        study = WorthStudy(evidence, segment_by=None, level=options.level, seed=seed)
        pool = pool_of(study, options, seed)
        together = pool.together
        for told in (together.willingness, together.spread):
            if not told.known:
                raise NotEstimable(
                    told.reason or "no_evidence", "nothing tells what customers would pay for a unit"
                )
        ids, units, known = months_of_use(panel, study.metric)
        if not ids:
            raise NotEstimable("no_usage", f"nobody has used {study.metric.metric}")
        place = {customer: at for at, customer in enumerate(evidence.customers)}
        at = np.array([place[customer] for customer in ids], dtype=np.intp)
        worth = np.full(len(ids), np.nan) if study.pooled is None else study.pooled.worth[at]
        everybody = Population(together.willingness, together.spread, together.correlation)
        common = draw_common(
            everybody,
            log_worth=np.log(np.where(worth > 0, worth, np.nan)),
            draws=draws,
            rng=np.random.default_rng(seed),
        )
        bill = np.nan_to_num(evidence.traits.mrr[at], nan=0.0)
        caveats = (*chosen.caveats, *pool.caveats, *together.caveats)
        return cls(study.metric, pool, ids, mean_month(units, known), bill, common, caveats)
