"""Linear algebra on one thread: the last bits of a product depend on how many threads share it.

Between the products of long arrays the other threads spin for the next one: a tenth of a verdict's CPU time, measured.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

Given = ParamSpec("Given")
Found = TypeVar("Found")


def on_one_thread(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Let a function that multiplies and sums long arrays give the same bytes on every machine's threads."""

    @wraps(function)
    def alone(*args: Given.args, **options: Given.kwargs) -> Found:
        with threadpool_limits(1):
            return function(*args, **options)

    return alone
