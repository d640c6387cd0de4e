"""Compiled solvers print to the process's own output: here that is kept from people who read it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_OUT = 1


@contextmanager
def silenced() -> Iterator[None]:
    """Send what compiled code prints to nowhere while the body runs; Python's own output is written before.

    Examples
    --------
    >>> with silenced():
    ...     written = os.write(1, b"noise")
    >>> written
    5
    """
    sys.stdout.flush()
    kept, nowhere = os.dup(_OUT), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _OUT)
        yield
    finally:
        os.dup2(kept, _OUT)
        os.close(kept)
        os.close(nowhere)
