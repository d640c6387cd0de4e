"""JSON as the standard means it: no NaN, no key twice, no half characters.

The usual parser takes all three in silence; the first two change meaning, the third breaks the answer.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from api.problems import Malformed

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def loads(body: bytes) -> Any:
    """Read one JSON document.

    Raises
    ------
    Malformed
        If it is not JSON, or is JSON that readers understand differently.

    Examples
    --------
    >>> loads(b'{"a": 1}')
    {'a': 1}
    """
    with in_words():
        document = DECODER.decode(body.decode("utf-8"))
        if escapes_surrogates(body):
            refuse_halves(document)
    return document


def escapes_surrogates(body: bytes) -> bool:
    """Whether a body may hold half of a surrogate pair: only an escape can smuggle one in."""
    return _SURROGATE.search(body) is not None


def refuse_halves(document: Any) -> None:
    """Raise the error that `in_words` explains if a document holds half of a surrogate pair."""
    json.dumps(document, ensure_ascii=False).encode("utf-8")


@contextmanager
def in_words() -> Iterator[None]:
    """Explain what is wrong with a body that is read within."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise Malformed("The body holds half of a surrogate pair, which is no character.") from error
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
    except json.JSONDecodeError as error:
        raise Malformed(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise Malformed("The body is nested too deeply.") from error
    except ValueError as error:  # an integer of more than 4,300 digits
        raise Malformed("The body holds a number with too many digits.") from error


def _constant(name: str) -> NoReturn:
    raise Malformed(f"The body holds {name}, which JSON does not know; leave the value out or send null.")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Malformed(f"The body holds {digits[:20]}, which is larger than any number here.")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Malformed(f"An object holds the key {twice!r} twice.")
    return read


DECODER = json.JSONDecoder(parse_constant=_constant, parse_float=_finite, object_pairs_hook=_object)
