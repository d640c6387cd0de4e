"""Today's date, the clock and chance are arguments wherever numbers are made."""

from __future__ import annotations

import ast

from tests.house.tree import sources

WHERE_NUMBERS_ARE_MADE = (
    "models",
    "experiments",
    "pricing_service/decisions",
    "pricing_service/panel",
    "pricing_service/ingest",
)
CLOCKS = {"today", "now", "utcnow", "time", "time_ns"}
CLOCK_OWNERS = {"date", "datetime", "time"}


def test_no_number_depends_on_the_clock() -> None:
    calls = [
        f"{source.path}:{node.lineno} {node.func.value.id}.{node.func.attr}"
        for source in sources(*WHERE_NUMBERS_ARE_MADE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in CLOCK_OWNERS
        and node.func.attr in CLOCKS
    ]

    assert not calls, "\n".join(calls)


def test_every_random_draw_has_a_seed() -> None:
    unseeded = [
        f"{source.path}:{node.lineno}"
        for source in sources(*WHERE_NUMBERS_ARE_MADE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _draws_without_seed(node)
    ]

    assert not unseeded, "\n".join(unseeded)


def _draws_without_seed(call: ast.Call) -> bool:
    """`default_rng()` with no argument, or numpy's and Python's hidden global generators."""
    owner, _, name = ast.unparse(call.func).rpartition(".")
    if name == "default_rng":
        return not (call.args or call.keywords)
    return owner in {"np.random", "numpy.random", "random"} and name.islower()
