"""`Progress`: how far a long computation has come, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called as progress(done, total), in whatever unit of work; what it raises ends the computation."""

FINEST = 1000
"""Steps of the whole in which parts are told."""


def silent(done: int, total: int) -> None:
    """Tell nobody."""


def stretch(progress: Progress, first: float, last: float) -> Progress:
    """Return how a part tells its progress as that of the whole.

    Parameters
    ----------
    progress
        Of the whole.
    first, last
        The shares of the whole, 0 to 1, at which the part begins and ends.

    Examples
    --------
    >>> half = stretch(lambda done, total: print(done, "of", total), 0.5, 1.0)
    >>> half(1, 4)
    625 of 1000
    """

    def part(done: int, total: int) -> None:
        progress(round(FINEST * (first + (last - first) * done / total)), FINEST)

    return part
