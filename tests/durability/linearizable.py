"""Whether a history has an order in which every answer is right (Wing and Gong 1993, with the memo of Lowe 2017).

A history is operations with a start, an end and an answer, of clients that asked at once. It is linearizable if
each operation can be put at one moment between its start and its end, so that a sequential model gives every answer
as it was seen. The search tries whatever may come next, and never twice the same rest from the same state.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """One operation of a history.

    Parameters
    ----------
    client
        Who asked.
    name, asked
        What was asked, and of what.
    answer
        What the service said, as the model understands it.
    start, end
        When it was sent, and when its answer was there; without end it may have happened or not.
    """

    client: str
    name: str
    asked: Any
    answer: Any
    start: float
    end: float = math.inf

    def __str__(self) -> str:
        """Write it as a line of a history."""
        return f"{self.start:9.4f} … {self.end:9.4f}  {self.client}: {self.name} {self.asked} → {self.answer}"


Step = Callable[[Any, Done], Hashable | None]
"""The sequential model: the state after an operation, or None where its answer is wrong in this state."""


def order(history: Sequence[Done], *, start: Hashable, step: Step) -> list[Done] | None:
    """Find an order in which every answer is right; None where there is none.

    Examples
    --------
    >>> def register(value, done):
    ...     return done.asked if done.name == "write" else (value if value == done.answer else None)
    >>> write = Done("a", "write", 1, None, 0.0, 3.0)
    >>> during, late = Done("b", "read", None, 0, 1.0, 2.0), Done("b", "read", None, 0, 4.0, 5.0)
    >>> [done.name for done in order([write, during], start=0, step=register)]
    ['read', 'write']
    >>> order([write, late], start=0, step=register) is None
    True
    """
    history = sorted(history, key=lambda done: done.start)
    everything = sum(1 << at for at, done in enumerate(history) if done.end < math.inf)
    tried = {(0, start)}
    path: list[tuple[int, Hashable, list[int]]] = [(0, start, _next(history, 0))]
    while path:
        taken, state, left = path[-1]
        if taken & everything == everything:
            return _along(history, [step_taken for step_taken, _, _ in path])
        if not left:
            path.pop()
            continue
        at = left.pop(0)
        after = step(state, history[at])
        then = (taken | 1 << at, after)
        if after is not None and then not in tried:
            tried.add(then)
            path.append((*then, _next(history, then[0])))
    return None


def shortest_wrong(history: Sequence[Done], *, start: Hashable, step: Step) -> list[Done]:
    """Cut a history that has no order down to what shows it: its shortest beginning, without needless operations.

    Only what left everything as it was may be left out: without a write, whatever saw it would be wrong.
    """
    ends = sorted(done.end for done in history)
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if order(_until(history, ends[middle]), start=start, step=step) is None:
            high = middle
        else:
            low = middle + 1
    found = _until(history, ends[high])
    for done in list(found):
        rest = [other for other in found if other is not done]
        if not _writes(done) and order(rest, start=start, step=step) is None:
            found = rest
    return found


def _next(history: Sequence[Done], taken: int) -> list[int]:
    """Return what may come next: whatever began before anything that is left had ended."""
    left = [at for at in range(len(history)) if not taken >> at & 1]
    first_end = min((history[at].end for at in left), default=math.inf)
    return [at for at in left if history[at].start <= first_end]


def _along(history: Sequence[Done], taken: Sequence[int]) -> list[Done]:
    steps = [after ^ before for before, after in itertools.pairwise(taken)]
    return [history[step.bit_length() - 1] for step in steps]


def _until(history: Sequence[Done], moment: float) -> list[Done]:
    """Return what was asked by a moment; what had no answer yet may have happened or not."""
    begun = [done for done in history if done.start <= moment]
    return [done if done.end <= moment else Done(**{**vars(done), "end": math.inf}) for done in begun]


def _writes(done: Done) -> bool:
    return not (done.name.startswith(("read", "list")) or done.answer[0] >= 400)
