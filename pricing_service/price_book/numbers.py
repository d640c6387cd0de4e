"""Numbers of a price book: decimals that a JSON number carries to the last digit, and values of features and limits."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

DECIMALS = 6
_BOUND = 10**9  # with six decimals fifteen digits, which a float keeps exactly


def as_decimal(value: Any) -> Decimal:
    """Read a number as people write it: 0.1 is a tenth.

    Raises
    ------
    ValueError
        For text, truth values and what is not finite.

    Examples
    --------
    >>> as_decimal(0.1) * 3
    Decimal('0.3')
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        raise ValueError("must be a finite number")
    return number


def plain_number(value: Decimal) -> int | float:
    """Return a decimal as the JSON number that people would write.

    Examples
    --------
    >>> plain_number(Decimal("490.00")), plain_number(Decimal("0.10"))
    (490, 0.1)
    """
    return int(value) if value == value.to_integral_value() else float(value)


def _value(value: Any) -> Any:
    """Check a feature's or limit's value: true or false, a number, text, a list of texts, or None for unlimited."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, list | tuple):
        if not all(isinstance(each, str) for each in value):
            raise ValueError("a list holds texts only")
        return tuple(value)
    if isinstance(value, float) and math.isinf(value):
        raise ValueError("unlimited is null")
    return as_decimal(value)


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain_number(value)
    return list(value) if isinstance(value, tuple) else value


def _number_schema(**bounds: float) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", **bounds})


_AS_JSON = PlainSerializer(plain_number, when_used="json")

Amount = Annotated[
    Decimal,
    BeforeValidator(as_decimal),
    Field(ge=0, lt=_BOUND, decimal_places=DECIMALS),
    _AS_JSON,
    _number_schema(minimum=0, exclusiveMaximum=_BOUND),
]
"""Money or units ≥ 0, with at most six decimals."""

Factor = Annotated[
    Decimal,
    BeforeValidator(as_decimal),
    Field(gt=0, le=1, decimal_places=4),
    _AS_JSON,
    _number_schema(exclusiveMinimum=0, maximum=1),
]
"""What a billing period makes of the monthly price, with at most four decimals."""

Value = Annotated[
    Any,
    PlainValidator(_value),
    PlainSerializer(_plain_value, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["boolean", "number", "string", "null"]},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]
"""What a plan gives of a feature or a limit; None is unlimited."""
