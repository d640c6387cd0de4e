"""The tree that the docstring draws is the tree of the classes."""

from __future__ import annotations

import re

from pricing_service.storage import errors


def test_the_drawn_tree_is_the_tree_of_the_classes() -> None:
    drawn: list[tuple[int, str]] = [
        (line.index(name), name)
        for line in (errors.__doc__ or "").splitlines()
        for name in re.findall(r"^\W*([A-Z]\w+)", line)
        if line.lstrip().startswith(("StorageError", "├", "└"))
    ]
    parents: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for depth, name in drawn:
        path = [step for step in path if step[0] < depth]
        parents[name] = path[-1][1] if path else "Exception"
        path.append((depth, name))

    classes = {
        name: base.__bases__[0].__name__ for name, base in vars(errors).items() if isinstance(base, type)
    }
    assert len(classes) >= 7
    assert parents == classes


def test_an_unknown_object_is_named_with_its_kind() -> None:
    error = errors.NotFound("dataset", "ds_1")

    assert str(error) == "no dataset 'ds_1' in this workspace"
    assert (error.kind, error.object_id) == ("dataset", "ds_1")
