"""One simulated business: a year ahead foreseen from its history, and what then came."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.retention.forecast import BookOutlook, quantiles_of_draws
from models.retention.lifetime import Lifetime, quantiles
from models.retention.renewal_counts import RenewalCounts
from tests.truth.ledger_worlds import AHEAD, Ints, draw_book

Floats = NDArray[np.float64]
Band = tuple[float, float, float]
"""Its lower end, its middle and its upper end."""
HORIZONS = (3, 6, 12)
LEVEL = 0.8
WINDOW = 12


def run(seed: int) -> dict[str, Any]:
    """Return, by horizon, whether the bands of MRR, NRR and GRR hold, how wide they are, and the same of naive ones."""
    business = draw_book(seed)
    past = len(business.z) - AHEAD
    seen = (business.z[:past] > 0).any(axis=0)
    z, age, calendar = business.z[:past, seen], business.age[:past, seen], business.calendar(past)
    terms = None if calendar is None else calendar.of(np.flatnonzero(seen))
    paths = BookOutlook.of(z, age, calendar=terms, window=WINDOW, seed=1).paths(AHEAD, seed=2)
    blind = paths if terms is None else BookOutlook.of(z, age, window=WINDOW, seed=1).paths(AHEAD, seed=2)
    total = business.z.sum(axis=1).astype(np.float64)
    there = business.z[past - 1] > 0
    today = {ahead: float(business.z[past + ahead - 1][there].sum()) for ahead in HORIZONS}
    found: dict[str, Any] = {"world": business.world, "customers": int(seen.sum())}
    for ahead in HORIZONS:
        month = past + ahead - 1
        base, now = business.z[month - WINDOW], business.z[month]
        truth = {
            "mrr": total[month],
            "nrr": (now * (base > 0)).sum() / base.sum(),
            "grr": np.minimum(now, base).sum() / base.sum(),
        }
        draws = {"mrr": paths.mrr, "nrr": paths.net, "grr": paths.gross}
        found[str(ahead)] = {
            **{name: _judged(_band(draws[name][:, ahead - 1]), truth[name]) for name in truth},
            "last_rate": _judged(_walk(total[:past], ahead), truth["mrr"]),
            "blind": _judged(_band(blind.mrr[:, ahead - 1]), truth["mrr"]),
            "blind_grr": _judged(_band(blind.gross[:, min(ahead, WINDOW) - 1]), truth["grr"]),
            "today": _judged(_band(paths.existing[:, ahead - 1]), today[ahead]),
            "blind_today": _judged(_band(blind.existing[:, ahead - 1]), today[ahead]),
            "sbg": _judged(_staying(business.z[:past], business.age[:past], ahead), today[ahead]),
        }
    return found


def _band(draws: Floats) -> Band:
    low, middle, high = quantiles_of_draws(draws, LEVEL)
    return low, middle, high


def _judged(band: Band, truth: float) -> dict[str, float]:
    low, middle, high = band
    return {
        "holds": float(low <= truth <= high),
        "width": float(np.log(high / low)),
        "off": float(np.log(middle / truth)),
    }


def _staying(z: Ints, age: Ints, ahead: int) -> Band:
    """Let today's customers leave by the shifted-beta-geometric law and pay what they pay (Fader & Hardie 2007)."""
    paid = (z > 0).any(axis=0)
    last = len(z) - 1 - (z[::-1, paid] > 0).argmax(axis=0)
    first = age[0, paid]
    stayed, left = last + first + 1, last < len(z) - 1
    fit = Lifetime().fit(RenewalCounts.of_customers(stayed - 1 + left, left, entry=np.maximum(first, 0)))
    renewals = age[-1, z[-1] > 0]
    log_stays = np.cumsum(
        [np.log(fit.law.retention(at)) for at in range(1, int(renewals.max()) + ahead + 1)], axis=0
    )
    log_stays = np.vstack([np.zeros(fit.weight.size), log_stays])
    kept = np.exp(log_stays[renewals + ahead] - log_stays[renewals])
    total = z[-1, z[-1] > 0].astype(np.float64) @ kept
    low, middle, high = quantiles(total, fit.weight, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]).tolist()
    return low, middle, high


def _walk(total: Floats, ahead: int) -> Band:
    """Carry the mean growth of the last twelve months on, with the band of a random walk and of a mean of twelve."""
    steps = np.diff(np.log(total[-13:]))
    reach = steps.std(ddof=1) * np.sqrt(ahead * (1 + ahead / steps.size))
    reach *= special.stdtrit(steps.size - 1, (1 + LEVEL) / 2)
    middle = np.log(total[-1]) + ahead * steps.mean()
    return float(np.exp(middle - reach)), float(np.exp(middle)), float(np.exp(middle + reach))
