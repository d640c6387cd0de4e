"""The locks cover what the project declares, and the image holds the versions that were tested."""

from __future__ import annotations

import re
import tomllib

from tests.house.tree import ROOT


def pins(name: str) -> dict[str, str]:
    """Package → version, of one lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.MULTILINE))


def declared(requirements: list[str]) -> set[str]:
    names = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {name.group().lower().replace("_", "-") for name in names if name}


def test_the_lock_covers_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = declared(project["project"]["dependencies"]) | declared(project["dependency-groups"]["dev"])

    assert needed <= set(pins("requirements.lock"))


def test_the_image_holds_the_tested_versions_and_no_test_tool() -> None:
    tested, shipped = pins("requirements.lock"), pins("requirements-runtime.lock")

    assert shipped.items() <= tested.items()
    assert not {"pytest", "ruff", "mypy", "hypothesis", "playwright"} & set(shipped)


def test_every_locked_file_has_a_hash_and_no_index_is_named() -> None:
    for name in ("requirements.lock", "requirements-runtime.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = re.split(r"\n(?=[a-z0-9])", text)

        assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []
        assert "http" not in re.sub(r"(?m)^[a-z].*|^ +#.*", "", text)
