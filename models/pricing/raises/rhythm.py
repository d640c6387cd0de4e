"""When customers decide, before their raise and from it on, and how long they live so. Notation as in `prospects`.

Customers of the same e and w decide in the same months: what they bring is a polynomial in 1 - p(0), and one in
1 - p(r), with what the months between two decisions count as coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.checks import Floats

YEAR = 12


@dataclass(frozen=True)
class Rhythm:
    """What months count after each decision, before a raise and from it on.

    Parameters
    ----------
    old, new
        What the months count after so many decisions, before the raise and from it on.
    made
        Decisions before the raise.
    within
        Decisions within each of some months that are watched, before the raise and from it on.

    Examples
    --------
    Of two years one is lived at the old price; who decides once a year has decided once more by then:

    >>> yearly = Rhythm.of(12, 12, np.ones(24), watched=[12, 24])
    >>> yearly.made, yearly.within
    (1, ((1, 0), (1, 1)))
    >>> [part.round(1).tolist() for part in yearly.lives(np.array([0.5]), np.array([0.2]))]
    [[6.0], [1.2]]
    """

    old: Floats
    new: Floats
    made: int
    within: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, wait: int, every: int, later: Floats, *, watched: Sequence[int] = (YEAR,)) -> Rhythm:
        """Count decisions, every so many months from the raise on and back; `later` (M,) is what months count."""
        month = np.arange(max(later.size, *watched))
        counts = np.pad(later, (0, month.size - later.size))
        decides, before = (month - wait) % every == 0, month < wait
        decided, made = np.cumsum(decides), int((decides & before).sum())
        old, new = (
            np.bincount(decided[chosen] - less, weights=counts[chosen]).astype(np.float64)
            for chosen, less in ((before, 0), (~before, made))
        )
        within = tuple(
            (int((decides & before)[:months].sum()), int((decides & ~before)[:months].sum()))
            for months in watched
        )
        return cls(old, new, made, within)

    def lives(self, old: Floats, new: Floats) -> tuple[Floats, Floats]:
        """Return the months lived before the raise and from it on, as they count.

        `old` and `new` are the chances to stay at a decision.
        """
        return _polynomial(self.old, old), self.reached(old) * _polynomial(self.new, new)

    def reached(self, old: Floats) -> Floats:
        """Return the chance to be there when the raise begins."""
        return _power(old, self.made)

    def driven(self, old: Floats, new: Floats) -> tuple[Floats, Floats]:
        """Return the chance that a raise drives one away that would have stayed, and the months it would have lived.

        Within the months that count, from the raise on; who leaves at a decision anyway is not driven away by it. In
        the second number who is not driven away counts as 0.
        """
        if not self.new.size:
            return np.zeros(new.shape), np.zeros(new.shape)
        lived, last = np.cumsum(self.new), self.new.size - 1
        ends, reaches = _power(new, last), self.reached(old)
        leaves, without = 1 - old, _polynomial(self.new, old)
        stays = leaves * _polynomial(np.ones(last), new) + ends
        months = leaves * _polynomial(lived[:-1], new) + lived[-1] * ends
        return reaches * (1 - stays), reaches * (without - months)

    def there(self, old: Floats, new: Floats, at: int) -> Floats:
        """Return the chance to be there after the months that are watched, the ones at a place."""
        before, after = self.within[at]
        found: Floats = _power(old, before) * _power(new, after)
        return found


def _polynomial(weights: Floats, x: Floats) -> Floats:
    """Return Σ weights[k] x^k, by Horner's rule."""
    found = np.zeros(x.shape)
    for weight in weights[::-1].tolist():
        found *= x
        found += weight
    return found


def _power(x: Floats, times: int) -> Floats:
    """Return x to a whole power ≥ 0, by squaring."""
    found = np.ones(x.shape)
    while times:
        found = found * x if times % 2 else found
        x, times = x * x, times // 2
    return found
