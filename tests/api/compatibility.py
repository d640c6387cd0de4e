"""What a new description breaks for callers of an old one; `python -m tests.api.compatibility` renews the old one.

What may grow: paths, operations, optional inputs, wider inputs, fields of answers, words that an answer can hold.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Node = Mapping[str, Any]
SNAPSHOT = Path(__file__).parent / "openapi.json"
_BOUNDS = {  # word → whether a greater number takes more
    "maximum": True, "exclusiveMaximum": True, "maxLength": True, "maxItems": True, "maxProperties": True,
    "minimum": False, "exclusiveMinimum": False, "minLength": False, "minItems": False, "minProperties": False,
}  # fmt: skip
_ANYTHING = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_PROSE = {"description", "title", "summary", "tags", "examples"}


def breaks(old: Node, new: Node) -> list[str]:
    """Every promise of the old document that the new one breaks, each in words."""
    return list(_Comparison(old, new).documents())


@dataclass
class _Comparison:
    old: Node
    new: Node
    seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def documents(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            if path not in self.new["paths"]:
                yield f"{path} is gone"
                continue
            for method, operation in methods.items():
                where, other = f"{method.upper()} {path}", self.new["paths"][path].get(method)
                if other is None:
                    yield f"{where} is gone"
                else:
                    yield from self.operation(where, operation, other)

    def operation(self, where: str, old: Node, new: Node) -> Iterator[str]:
        for word in ("operationId", "security"):
            if old.get(word) != new.get(word):
                yield f"{where}: {word} was {old.get(word)} and is {new.get(word)}"
        yield from self.parameters(where, old, new)
        yield from self.body(where, old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where}: answers {status} no more"
            else:
                yield from self.contents(f"{where} → {status}", answer, new["responses"][status], asked=False)

    def parameters(self, where: str, old: Node, new: Node) -> Iterator[str]:
        before, after = (
            {(each["in"], each["name"]): each for each in side.get("parameters", [])} for side in (old, new)
        )
        for place, name in before.keys() - after.keys():
            yield f"{where}: the {place} parameter {name} is gone"
        for key, each in after.items():
            asked = f"{where}: the {key[0]} parameter {key[1]}"
            if each.get("required") and not before.get(key, {}).get("required"):
                yield f"{asked} is required now"
            if key in before:
                yield from self.schema(asked, before[key]["schema"], each["schema"], asked=True)

    def body(self, where: str, old: Node | None, new: Node | None) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield f"{where}: a body is required now"
        if old is not None and new is None:
            yield f"{where}: takes a body no more"
        if old is not None and new is not None:
            yield from self.contents(f"{where} takes", old, new, asked=True)

    def contents(self, where: str, old: Node, new: Node, *, asked: bool) -> Iterator[str]:
        for kind, content in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f"{where}: {kind} is gone"
            else:
                yield from self.schema(
                    f"{where} {kind}",
                    content.get("schema", {}),
                    new["content"][kind].get("schema", {}),
                    asked=asked,
                )

    def schema(self, where: str, old: Node, new: Node, *, asked: bool) -> Iterator[str]:
        names = str(old.get("$ref")), str(new.get("$ref"))
        if "$ref" in old or "$ref" in new:
            if (*names, asked) in self.seen:
                return
            self.seen.add((*names, asked))
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        if any(word in side for side in (old, new) for word in ("oneOf", "anyOf")):
            yield from self.choices(where, old, new, asked=asked)
            return
        yield from _kinds(where, old, new, asked=asked)
        yield from self.properties(where, old, new, asked=asked)
        for word in ("items", "additionalProperties"):
            before, after = old.get(word), new.get(word)
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                yield from self.schema(f"{where}/{word}", before, after, asked=asked)
        if asked:
            yield from _narrower(where, old, new)

    def properties(self, where: str, old: Node, new: Node, *, asked: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{where}/{name} is gone"
        for name in before.keys() & after.keys():
            yield from self.schema(f"{where}/{name}", before[name], after[name], asked=asked)
        was, now = set(old.get("required", [])), set(new.get("required", []))
        for name in now - was if asked else (was - now) & after.keys():
            yield f"{where}/{name} is {'required now' if asked else 'no longer always there'}"

    def choices(self, where: str, old: Node, new: Node, *, asked: bool) -> Iterator[str]:
        """Each shape that was taken must be taken still; each shape that is answered must have been one before."""
        before, after = _shapes(old), _shapes(new)
        for shape in before if asked else after:
            others = after if asked else before
            found = [
                list(_Comparison(self.old, self.new, set(self.seen)).schema(where, *pair, asked=asked))
                for pair in (((shape, other) if asked else (other, shape)) for other in others)
            ]
            yield from min(found, key=len)


def _resolved(document: Node, schema: Node) -> Node:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _shapes(schema: Node) -> list[Node]:
    return list(schema.get("oneOf") or schema.get("anyOf") or [schema])


def _types(schema: Node) -> frozenset[str]:
    kind = schema.get("type", _ANYTHING)
    listed = frozenset([kind] if isinstance(kind, str) else kind)
    return listed | {"integer"} if "number" in listed else listed


def _kinds(where: str, old: Node, new: Node, *, asked: bool) -> Iterator[str]:
    lost = _types(old) - _types(new) if asked else _types(new) - _types(old)
    if lost:
        yield f"{where}: {'takes no' if asked else 'may now be'} {', '.join(sorted(lost))}"
    if old.get("format") != new.get("format") and (new.get("format") if asked else old.get("format")):
        yield f"{where}: the format was {old.get('format')} and is {new.get('format')}"


def _narrower(where: str, old: Node, new: Node) -> Iterator[str]:
    """What an input took and takes no more."""
    words, left = _words(old), _words(new)
    if left is not None and (words is None or words - left):
        gone = sorted(words - left) if words is not None else ["any other word"]
        yield f"{where}: takes no {', '.join(gone)}"
    for word, upper in _BOUNDS.items():
        now, was = new.get(word), old.get(word)
        if now is not None and (was is None or (now < was if upper else now > was)):
            yield f"{where}: {word} was {was} and is {now}"
    if new.get("pattern") not in (None, old.get("pattern")):
        yield f"{where}: the pattern was {old.get('pattern')} and is {new['pattern']}"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{where}: other fields are refused now"


def _words(schema: Node) -> set[str] | None:
    if "const" in schema:
        return {json.dumps(schema["const"])}
    return {json.dumps(word) for word in schema["enum"]} if "enum" in schema else None


def promise(document: Any, *, named: bool = False) -> Any:
    """A document without its prose; in a map of names (`named`) every key is a name and stays."""
    if isinstance(document, list):
        return [promise(item) for item in document]
    if not isinstance(document, dict):
        return document
    maps = {"properties", "schemas", "paths", "content", "responses", "mapping"}
    return {
        key: promise(value, named=key in maps and not named)
        for key, value in sorted(document.items())
        if named or key not in _PROSE
    }


def main() -> None:
    """Write what the API promises from now on."""
    from api.app import create_app
    from pricing_service.config import Settings

    with tempfile.TemporaryDirectory() as folder:
        document = create_app(Settings(data_folder=Path(folder), dev=True)).openapi()
    SNAPSHOT.write_text(json.dumps(promise(document), indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
