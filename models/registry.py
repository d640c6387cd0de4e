"""Families of one-file members: a new member is one new module, and no list anywhere is edited."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import TypeVar

Base = TypeVar("Base")


@cache
def discover(package: ModuleType, base: type[Base]) -> dict[str, type[Base]]:
    """Return every member of a family, keyed by its file's stem, in alphabetical order.

    Parameters
    ----------
    package
        The family's package; modules whose names begin with ``_`` are its scaffolding, not members.
    base
        The class that each member subclasses.

    Raises
    ------
    LookupError
        If a module does not define exactly one public subclass of `base`.
    """
    members: dict[str, type[Base]] = {}
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found = [
            member
            for name, member in vars(module).items()
            if inspect.isclass(member)
            and issubclass(member, base)
            and member.__module__ == module.__name__
            and not name.startswith("_")
        ]
        if len(found) != 1:
            raise LookupError(
                f"{module.__name__} must define exactly one public subclass of {base.__name__}, "
                f"found {[member.__name__ for member in found]}"
            )
        members[module_info.name] = found[0]
    return members
