"""What counts as the same code, when it is asked whether a measurement still holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.truth import sweep

SOURCE = '''"""Says why."""

def doubled(units: float) -> float:
    """Return twice as many."""
    return 2 * units
'''


@pytest.fixture
def digest_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.setattr(sweep, "ROOT", tmp_path)
    (tmp_path / "models").mkdir()

    def digest_of(source: str) -> str:
        sweep.source_digest.cache_clear()
        (tmp_path / "models" / "doubling.py").write_text(source, encoding="utf-8")
        return sweep.source_digest(frozenset({"models.doubling"}))

    return digest_of


@pytest.mark.parametrize(
    ("said", "otherwise"), [("Says why.", "Says it better."), ("2 * units", "2 * units  # both ways")]
)
def test_other_words_do_not_make_a_measurement_stale(
    digest_of: Callable[[str], str], said: str, otherwise: str
) -> None:
    assert digest_of(SOURCE) == digest_of(SOURCE.replace(said, otherwise))


def test_other_code_makes_a_measurement_stale(digest_of: Callable[[str], str]) -> None:
    assert digest_of(SOURCE) != digest_of(SOURCE.replace("2 *", "3 *"))
