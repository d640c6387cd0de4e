"""Answers that a model can read: what was found first, and no longer than fits, with the way to read on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

MOST_CHARACTERS = 40_000
"""About 10,000 tokens."""
_FIRST = ("sentences", "id", "kind", "status", "result")
_LEAST = 300  # characters in which a shortened part can still say something
_SIGN = 160  # characters that a sign to what is not shown takes


class NoSuchPart(ValueError):
    """A pointer leads nowhere in this answer."""


def text_of(node: Any) -> str:
    """Write JSON without blanks."""
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def sentences_first(node: Any) -> Any:
    """Put the fields that say most before the others, at every depth.

    Examples
    --------
    >>> sentences_first({"months": [], "sentences": ["Revenue grows."]})
    {'sentences': ['Revenue grows.'], 'months': []}
    """
    if isinstance(node, list):
        return [sentences_first(item) for item in node]
    if not isinstance(node, dict):
        return node
    names = [name for name in _FIRST if name in node] + [name for name in node if name not in _FIRST]
    return {name: sentences_first(node[name]) for name in names}


def part_of(document: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901).

    Raises
    ------
    NoSuchPart
        If there is nothing at its end.

    Examples
    --------
    >>> part_of({"result": {"a/b": [1, 2]}}, "/result/a~1b/1")
    2
    """
    node = document
    if pointer and not pointer.startswith("/"):
        raise NoSuchPart(f"A pointer begins with a slash; {pointer!r} does not.")
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            raise NoSuchPart(
                f"This answer has nothing at {pointer!r}; a pointer names what an answer showed."
            )
    return node


def fitted(node: Any, most: int = MOST_CHARACTERS, *, pointer: str = "", start: int = 0) -> Any:
    """Shorten a document to about `most` characters; where something is not shown, an object says how to read on.

    Examples
    --------
    >>> fitted([1, 2, 3], most=10)
    [1, 2, 3]
    >>> shown = fitted({"name": "x", "rows": list(range(1000))}, most=1000, pointer="/result")
    >>> shown["name"], shown["rows"][:3], shown["rows"][-1]
    ('x', [0, 1, 2], {'not_shown': '766 of 1000', 'read_on': {'pointer': '/result/rows', 'start': 234}})
    """
    if start == 0 and len(text_of(node)) <= most:
        return node
    if isinstance(node, str):
        return f"{node[:most]}…"
    if isinstance(node, list):
        return _items(node, most, pointer=pointer, start=start)
    if isinstance(node, dict):
        return _fields(node, most, pointer=pointer, start=start)
    return node


def _items(items: list[Any], most: int, *, pointer: str, start: int) -> list[Any]:
    count = _fitting((len(text_of(item)) for item in items[start:]), most - _SIGN)
    shown = items[start : start + count]
    if not shown and start < len(items):
        shown = [fitted(items[start], most - _SIGN, pointer=f"{pointer}/{start}")]
    following = start + len(shown)
    return [*shown, _sign(len(items), following, pointer)] if following < len(items) else shown


def _fields(fields: dict[str, Any], most: int, *, pointer: str, start: int) -> dict[str, Any]:
    """Small fields stay whole, and large ones share the room that is left."""
    names = list(fields)[start:]
    sizes = {name: len(text_of(fields[name])) + len(name) + 4 for name in names}
    share = _share(sorted(sizes.values()), most)
    count = len(names) if share >= _LEAST else _fitting(sizes.values(), most - _SIGN)
    room = share if share >= _LEAST else most - _SIGN
    shown = {
        name: fitted(fields[name], room, pointer=f"{pointer}/{_escaped(name)}")
        for name in names[: max(1, count)]
    }
    following = start + len(shown)
    if following < len(fields):
        shown["…"] = _sign(len(fields), following, pointer)
    return shown


def _share(sizes: list[int], most: int) -> int:
    """Give the most that one field may take so that all of them fit."""
    left = most
    for place, size in enumerate(sizes):
        share = left // (len(sizes) - place)
        if size > share:
            return share
        left -= size
    return most


def _fitting(sizes: Iterable[int], most: int) -> int:
    """Count how many of the first fit."""
    taken = 0
    for count, size in enumerate(sizes):
        taken += size + 1
        if taken > most:
            return count
    return count + 1 if taken else 0


def _sign(total: int, following: int, pointer: str) -> dict[str, Any]:
    return {
        "not_shown": f"{total - following} of {total}",
        "read_on": {"pointer": pointer, "start": following},
    }


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
