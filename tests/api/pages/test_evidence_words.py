"""Why weaker evidence was not used is said in words."""

from __future__ import annotations

import pytest

from api.pages.evidence_words import WEAKER
from api.pages.words import reason_in_words


@pytest.mark.parametrize("code", sorted(WEAKER))
def test_every_reason_has_words_of_its_own(code: str) -> None:
    assert reason_in_words(code) == WEAKER[code]
    assert "_" not in WEAKER[code]
