"""What was measured takes the place of what was measured before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.page import PAGE, write


def test_a_row_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n| what | n |\n| --- | ---: |\n| kills | 1 |\n| restarts | 2 |\n")

    write("| kills | 3 |", page=page)

    assert page.read_text().split("\n")[4:6] == ["| kills | 3 |", "| restarts | 2 |"]


def test_a_row_that_the_page_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="0 rows"):
        write("| plants | 3 |", page=PAGE)
