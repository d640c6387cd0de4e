"""Books of customer-months with known chances of leaving, drawn month by month."""

from __future__ import annotations

import numpy as np

from models.retention.customer_months import CustomerMonths

SUCCESS, SIZE = -1.8, -0.4
"""The true effects, log odds a unit: those of the published comparison of hazard models."""


def book(
    seed: int, customers: int = 800, *, months: int = 24, effects: tuple[float, ...] = (SUCCESS, SIZE)
) -> CustomerMonths:
    """Customers who leave at their chances; success changes every month, size is theirs."""
    rng = np.random.default_rng(seed)
    age = np.arange(months)
    success, size = (
        rng.random((customers, months)),
        np.repeat(rng.normal(size=(customers, 1)), months, axis=1),
    )
    log_odds = -2.0 + effects[0] * success + effects[1] * size - 0.3 * (age >= 6)
    leaves = rng.random((customers, months)) < 1 / (1 + np.exp(-log_odds))
    there = np.cumsum(leaves, axis=1) - leaves == 0
    customer = np.repeat(np.arange(customers)[:, None], months, axis=1)
    return CustomerMonths(
        ended=leaves[there],
        age=np.broadcast_to(age, there.shape)[there],
        covariates=np.column_stack([success[there], size[there]]),
        customer=customer[there],
        names=("success", "size"),
    )


def changed(months: CustomerMonths, **columns: np.ndarray) -> CustomerMonths:
    """The same months with other columns."""
    kept = {name: getattr(months, name) for name in ("ended", "age", "covariates", "customer", "names")}
    return CustomerMonths(**{**kept, **columns})
