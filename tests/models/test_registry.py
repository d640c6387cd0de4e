"""A family is its folder: one public member a module, found without a list."""

from __future__ import annotations

import importlib
import sys

import pytest

import models.value_metrics
from models.registry import discover
from models.value_metrics._base import MetricScore
from models.value_metrics.spread import Spread


class Animal:
    """Base of the made-up family."""


@pytest.fixture
def family(tmp_path, monkeypatch):
    """Write a package of modules whose members subclass `Animal`, and import it."""

    def write(name: str, **modules: str):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        for stem, body in modules.items():
            (folder / f"{stem}.py").write_text(f"from {__name__} import Animal\n{body}", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return write


def test_members_are_keyed_by_their_files_in_alphabetical_order():
    members = discover(models.value_metrics, MetricScore)

    assert list(members) == sorted(members)
    assert members["spread"] is Spread


def test_a_new_file_is_a_new_member(family):
    zoo = family(
        "zoo_of_two", cat="class Cat(Animal): pass", ape="class Ape(Animal): pass\nclass _Young(Ape): pass"
    )

    assert {stem: member.__name__ for stem, member in discover(zoo, Animal).items()} == {
        "ape": "Ape",
        "cat": "Cat",
    }


def test_scaffolding_is_no_member(family):
    zoo = family("zoo_with_base", _base="class Beast(Animal): pass", cat="class Cat(Animal): pass")

    assert list(discover(zoo, Animal)) == ["cat"]


@pytest.mark.parametrize(
    ("name", "body", "found"),
    [
        ("zoo_without", "", r"\[\]"),
        ("zoo_with_pair", "class Cat(Animal): pass\nclass Lynx(Animal): pass", r"\['Cat', 'Lynx'\]"),
    ],
)
def test_a_module_must_define_exactly_one_member(family, name, body, found):
    zoo = family(name, cat=body)

    with pytest.raises(LookupError, match=f"exactly one public subclass of Animal, found {found}"):
        discover(zoo, Animal)["cat"]


def test_a_member_is_imported_only_when_it_is_looked_up(family):
    zoo = family("zoo_of_sleepers", ape="class Ape(Animal): pass", cat="class Cat(Animal): pass")
    members = discover(zoo, Animal)

    assert "cat" in members
    assert "dog" not in members
    assert len(members) == 2
    assert members["ape"].__name__ == "Ape"
    assert {name for name in sys.modules if name.startswith("zoo_of_sleepers.")} == {"zoo_of_sleepers.ape"}
