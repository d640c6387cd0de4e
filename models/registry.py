"""Families of one-file members: a new member is one new module, and no list anywhere is edited."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Generic, TypeVar

Base = TypeVar("Base")


@cache
def discover(package: ModuleType, base: type[Base]) -> Family[Base]:
    """Return a family, in which a member is looked up by its file's stem.

    Parameters
    ----------
    package
        The family's package; modules whose names begin with ``_`` are its scaffolding, not members.
    base
        The class that each member subclasses.
    """
    return Family(package, base)


class Family(Mapping[str, type[Base]], Generic[Base]):
    """The members of a family, keyed by their file's stem, in alphabetical order.

    A member is imported when it is looked up, so that whoever needs one does not wait for all.
    """

    def __init__(self, package: ModuleType, base: type[Base]) -> None:
        self._package, self._base = package.__name__, base
        stems = (info.name for info in pkgutil.iter_modules(package.__path__))
        self._found: dict[str, type[Base] | None] = {
            stem: None for stem in sorted(stems) if not stem.startswith("_")
        }

    def __getitem__(self, stem: str) -> type[Base]:
        """Return a member.

        Raises
        ------
        LookupError
            If its module does not define exactly one public subclass of the base; KeyError if there is no such module.
        """
        member = self._found[stem] or self._member(stem)
        self._found[stem] = member
        return member

    def __contains__(self, stem: object) -> bool:
        return stem in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def _member(self, stem: str) -> type[Base]:
        module = importlib.import_module(f"{self._package}.{stem}")
        found = [
            member
            for name, member in vars(module).items()
            if inspect.isclass(member)
            and issubclass(member, self._base)
            and member.__module__ == module.__name__
            and not name.startswith("_")
        ]
        if len(found) != 1:
            raise LookupError(
                f"{module.__name__} must define exactly one public subclass of {self._base.__name__}, "
                f"found {[member.__name__ for member in found]}"
            )
        return found[0]
