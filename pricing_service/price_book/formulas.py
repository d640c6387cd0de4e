"""Prices that are written as formulas: plain arithmetic over the book's variables, and nothing else."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException, localcontext
from typing import Any

from pricing_service.price_book.numbers import DECIMALS

CONTACT_US = "Contact us"
"""How a negotiated price is written where nothing else was."""

_LONGEST = 500
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def is_formula(text: str) -> bool:
    """Whether a price's text refers to variables."""
    return "#" in text


def evaluate(text: str, variables: Mapping[str, Any]) -> Decimal | None:
    """Return what a price's text comes to, to six decimals; None for words, and for more than arithmetic.

    Parameters
    ----------
    text
        Numbers, ``+ - * / ( )`` and ``#name`` for a variable.
    variables
        Name → number.

    Examples
    --------
    >>> evaluate("5 * #x + 0.1", {"x": 3}), evaluate("Contact Sales", {})
    (Decimal('15.100000'), None)
    """
    if len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(re.sub(r"#([A-Za-z]\w*)", r"\1", text.strip()), mode="eval")
        with localcontext() as enough:
            enough.prec = 30
            found = _value(tree.body, variables)
    except (SyntaxError, ValueError, KeyError, TypeError, DecimalException, RecursionError, MemoryError):
        return None
    return round(found, DECIMALS) if found.is_finite() and found >= 0 else None


def _value(node: ast.expr, variables: Mapping[str, Any]) -> Decimal:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Decimal(repr(node.value))
    if isinstance(node, ast.Name) and type(variables[node.id]) in (int, float):
        return Decimal(repr(variables[node.id]))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, variables)
    if isinstance(node, ast.BinOp):
        combine = _OPERATIONS[type(node.op)]
        return combine(_value(node.left, variables), _value(node.right, variables))
    raise TypeError("not arithmetic")
