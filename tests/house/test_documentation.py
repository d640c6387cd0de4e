"""The documentation cannot drift: the reference is what the code says, and links lead somewhere."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from models import value_metrics
from models.registry import discover
from models.value_metrics._base import MetricScore
from tests.house.tree import ROOT

REFERENCE = ("tables", "kinds", "settings", "problems", "routes")
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """The reference as the code would write it now."""
    program = runpy.run_path(str(ROOT / "docs" / "write_reference.py"))
    return {name: program["page"](name) for name in REFERENCE}


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_says_what_the_code_says(written: dict[str, str], name: str) -> None:
    stored = (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8")

    assert stored == written[name], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert not missing, "\n".join(missing)


def test_every_score_has_its_method_explained() -> None:
    methods = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "methods").glob("*.md"))

    missing = [
        name
        for name in discover(value_metrics, MetricScore)
        if name.replace("_", " ") not in methods.lower().replace("_", " ")
    ]

    assert not missing, "\n".join(missing)


def test_every_page_is_reached_from_the_index_or_the_readme() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

    lost = [
        page.name
        for page in PAGES
        if page.parent != ROOT and page.name != "index.md" and page.name not in text
    ]

    assert not lost, "\n".join(lost)


def test_make_help_explains_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)

    unexplained = set(targets.split()) - set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))

    assert not unexplained
