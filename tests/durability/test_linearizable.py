"""The checker finds an order where there is one, and shows the shortest history that has none."""

from __future__ import annotations

import itertools
import random
from collections.abc import Hashable, Sequence

from tests.durability.linearizable import Done, order, shortest_wrong


def register(value: Hashable, done: Done) -> Hashable | None:
    """A register: it begins with 0, and is read as what was written last."""
    if done.name == "write":
        return done.asked
    return value if done.answer == (200, value) else None


def write(value: int, start: float, end: float) -> Done:
    return Done("a", "write", value, (200, value), start, end)


def read(value: int, start: float, end: float) -> Done:
    return Done("b", "read", None, (200, value), start, end)


def there_is_an_order(history: Sequence[Done]) -> bool:
    """Try every order."""

    def right(tried: Sequence[Done]) -> bool:
        value: Hashable | None = 0
        for done in tried:
            value = register(value, done)
            if value is None:
                return False
        return all(not later.end < earlier.start for earlier, later in itertools.combinations(tried, 2))

    return any(right(tried) for tried in itertools.permutations(history))


def test_what_was_asked_at_once_may_have_come_in_any_order() -> None:
    history = [write(1, 0, 10), read(0, 1, 2), read(1, 3, 4), write(2, 3, 9), read(2, 5, 6), read(1, 7, 8)]

    assert order(history[:-1], start=0, step=register) is not None
    assert order(history, start=0, step=register) is None


def test_its_order_is_one_in_which_every_answer_is_right() -> None:
    history = [write(1, 0, 10), read(0, 1, 2), read(1, 3, 4)]

    found = order(history, start=0, step=register)

    assert found == [history[1], history[0], history[2]]


def test_what_was_never_answered_may_have_happened_or_not() -> None:
    lost = Done("a", "write", 1, (200, 1), 0.0)

    assert order([lost, read(0, 5, 6)], start=0, step=register) is not None
    assert order([lost, read(1, 5, 6)], start=0, step=register) is not None
    assert order([lost, read(1, 5, 6), read(0, 7, 8)], start=0, step=register) is None


def test_it_says_the_same_as_whoever_tries_every_order() -> None:
    chance, said = random.Random(1), {True: 0, False: 0}
    for _ in range(300):
        history = []
        for _ in range(5):
            start = chance.uniform(0, 10)
            make = chance.choice([read, write])
            history.append(make(chance.randrange(3), start, start + chance.uniform(0, 6)))
        expected = there_is_an_order(history)
        said[expected] += 1
        assert (order(history, start=0, step=register) is not None) == expected, history

    assert min(said.values()) > 30


def test_the_shortest_wrong_history_has_nothing_to_spare() -> None:
    before = [step for n in range(10) for step in (write(n, 4 * n, 4 * n + 1), read(n, 4 * n + 2, 4 * n + 3))]
    wrong = [write(50, 50, 51), read(9, 52, 53)]
    after = [read(50, 54, 55), write(60, 56, 57)]

    found = shortest_wrong([*before, *wrong, *after], start=0, step=register)

    assert found == [done for done in before if done.name == "write"] + wrong
