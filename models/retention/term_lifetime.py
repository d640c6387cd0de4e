"""How long customers stay whom contracts bind for terms: a law of renewals for each length of term.

A year that was paid because a contract said so is one renewal, not twelve: counted by the month, those who could not
leave yet would look loyal, and all who leave at the end of a year would seem to do so for no reason.

Notation
--------
k : kinds of customers, by the months w_k of their terms; w = 1: those who can leave in any month
p_k : which part of new customers' money is of kind k, adding up to 1
S_k(t) : the share still there after t renewals, shifted-beta-geometric (`shifted_beta_geometric`)
S(m) = Σ p_k S_k(⌊m / w_k⌋) : the share of it still there m months after signing
v, H : a month's discount, and months that count

    whole = Σ_{j=0}^{H-1} v^j S(j)          residual(m) = Σ_{j=1}^H v^(j-1) S(m + j) / S(m)

Kinds learn apart, each from its own renewals, and are drawn together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput, NotEstimable
from models.retention.ledger import Ints
from models.retention.lifetime import FEWEST_RENEWALS, Lifetime, LifetimeFit
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import FARTHEST, Outlook, ShiftedBetaGeometric

_DRAWS = 2_000


@dataclass(frozen=True, eq=False)
class TermLaw:
    """Laws of several kinds of customers, by the month; a `Law`, whose renewals are months of staying.

    Parameters
    ----------
    kinds
        For each kind w, p, and its law (or G laws).

    Examples
    --------
    A fifth leaves at the end of each year, and nobody before:

    >>> yearly = TermLaw(((12, 1.0, ShiftedBetaGeometric(np.array([2e6]), np.array([8e6]))),))
    >>> [round(float(yearly.survival(months)[0]), 3) for months in (11, 12, 24)]
    [1.0, 0.8, 0.64]
    >>> round(float(yearly.whole(Outlook(discount=0, periods=24))[0]), 3)
    21.6
    """

    kinds: tuple[tuple[int, float, ShiftedBetaGeometric], ...]

    def __post_init__(self) -> None:
        if not self.kinds or abs(sum(share for _, share, _ in self.kinds) - 1) > 1e-9:
            raise InvalidInput("needs kinds of customers whose parts add up to 1")
        if min(months for months, _, _ in self.kinds) < 1:
            raise InvalidInput("terms must be of a month or more")

    def retention(self, renewal: int) -> Floats:
        """Return the share still there after so many months, ≥ 1, of those there a month before, shape (G,)."""
        curve = self._curve(renewal)
        kept: Floats = curve[renewal] / curve[renewal - 1]
        return kept

    def survival(self, renewals: int) -> Floats:
        """Return S, the share still there after so many months, ≥ 0, shape (G,)."""
        there: Floats = self._curve(renewals)[renewals]
        return there

    def residual(self, renewals: int, outlook: Outlook) -> Floats:
        """Return the discounted payments still to come of a customer of so many months, ≥ 0, shape (G,)."""
        months = outlook.periods or FARTHEST
        curve = self._curve(renewals + months)
        discounts = (1 + outlook.discount) ** -np.arange(float(months))
        ahead: Floats = discounts @ curve[renewals + 1 :] / curve[renewals]
        return ahead

    def whole(self, outlook: Outlook) -> Floats:
        """Return the discounted payments of a new customer, its first, at signing, included, shape (G,)."""
        months = outlook.periods or FARTHEST
        discounts = (1 + outlook.discount) ** -np.arange(float(months))
        paid: Floats = discounts @ self._curve(months - 1)
        return paid

    def _curve(self, months: int) -> Floats:
        """Return S after 0 … months, shape (months + 1, G)."""
        at = np.arange(months + 1)
        parts = [part * _renewing(law, months // w)[at // w] for w, part, law in self.kinds]
        curve: Floats = np.sum(parts, axis=0)
        return curve


def _renewing(law: ShiftedBetaGeometric, renewals: int) -> Floats:
    """Return the share still there after 0 … so many renewals, shape (renewals + 1, G)."""
    before = np.arange(float(renewals))[:, None]
    alpha, beta = (np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (law.alpha, law.beta))
    kept = (beta + before) / (alpha + beta + before)
    return np.concatenate([np.ones((1, alpha.size)), np.cumprod(kept, axis=0)])


@dataclass(frozen=True, eq=False)
class Stays:
    """How long customers have stayed, by the month.

    Parameters
    ----------
    months
        Shape (n,), ≥ 1: months for which each paid.
    left
        Shape (n,), bool: whether it is gone.
    entry
        Shape (n,), ≥ 0: months for which it had paid when it was first seen.
    term
        Shape (n,), ≥ 1: months of its terms; 1: it can leave in any month.
    """

    months: Ints
    left: NDArray[np.bool_]
    entry: Ints
    term: Ints

    def renewals(self, term: int) -> RenewalCounts:
        """Return what those on terms of so many months have shown, a term being one renewal.

        Who left within a term counts as lost at its end: it was bound to pay until then, or paid for it.

        Raises
        ------
        NotEstimable
            ``no_renewals`` where nobody was up for one.
        """
        these = self.term == term
        months, left, entry = self.months[these], self.left[these], self.entry[these]
        # The first term is paid at signing. Who left missed the renewal that came next.
        made = (months - 1) // term
        return RenewalCounts.of_customers(made + left, left, entry=np.maximum(entry - 1, 0) // term)


def fit_by_terms(stays: Stays, money: Floats, *, seed: int = 0) -> LifetimeFit:
    """Learn how long customers stay, those on terms by their terms.

    Parameters
    ----------
    stays
        Of all customers.
    money
        Shape (n,), ≥ 0: what each weighs in p; those who came lately with their first bills, the others with 0.
        Where it adds up to nothing all weigh the same.
    seed
        Of the draws from several posteriors.

    Returns
    -------
    A fit whose renewals are months. A kind with fewer than 20 renewals is left out, and p is of the others.

    Raises
    ------
    NotEstimable
        ``insufficient_renewals`` where kinds with fewer than 20 renewals carry half of the money or more.

    Examples
    --------
    >>> n = 400
    >>> months, left = np.repeat([12, 24, 30], [80, 64, 256]), np.repeat([True, True, False], [80, 64, 256])
    >>> stays = Stays(months, left, np.zeros(n, dtype=np.int64), np.full(n, 12))
    >>> fit = fit_by_terms(stays, np.ones(n))
    >>> [round(fit.survival(month).value, 2) for month in (11, 12, 24)]
    [1.0, 0.8, 0.64]
    """
    weights = money if money.any() else np.ones(money.size)
    by_month = RenewalCounts.of_customers(
        stays.months - 1 + stays.left, stays.left, entry=np.maximum(stays.entry - 1, 0)
    )
    terms = np.unique(stays.term).tolist()
    if terms == [1]:
        return Lifetime().fit(by_month)
    fits: dict[int, LifetimeFit] = {}
    for term in terms:
        try:
            fits[term] = Lifetime().fit(stays.renewals(term))
        except NotEstimable:
            continue
    told = {term: float(weights[stays.term == term].sum()) for term in fits}
    if sum(told.values()) * 2 <= weights.sum():
        text = f"most customers are on terms of which fewer than {FEWEST_RENEWALS} have ended"
        raise NotEstimable("insufficient_renewals", text)
    laws, weight = _drawn_together(list(fits.values()), np.random.default_rng(seed))
    total = sum(told.values())
    parts = [told[term] / total for term in fits]
    return LifetimeFit(
        law=TermLaw(tuple(zip(fits, parts, laws, strict=True))), weight=weight, renewals=by_month
    )


def _drawn_together(
    fits: list[LifetimeFit], rng: np.random.Generator
) -> tuple[list[ShiftedBetaGeometric], Floats]:
    """Return the laws of each fit, in draws that belong together, and the weights of these."""
    laws = [each.law for each in fits if isinstance(each.law, ShiftedBetaGeometric)]
    if len(laws) == 1:
        return laws, fits[0].weight
    drawn = []
    for fit, law in zip(fits, laws, strict=True):
        at = rng.choice(fit.weight.size, _DRAWS, p=fit.weight)
        drawn.append(ShiftedBetaGeometric(np.asarray(law.alpha)[at], np.asarray(law.beta)[at]))
    return drawn, np.full(_DRAWS, 1 / _DRAWS)
