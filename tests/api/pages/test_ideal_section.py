"""The report shows ideal customers: profile, reliability and leads; in noise it says that there is no profile."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from api.pages import render_report
from pricing_service.decisions import canonical_json
from tests.api.pages.conftest import blanked
from tests.api.pages.test_report import Outline, text_of
from tests.pricing_service.decisions.small_business import decided, panel_from
from tests.pricing_service.decisions.subscribers import leads, subscribers, won

Json = dict[str, Any]


def result(tmp_path_factory: pytest.TempPathFactory, **given: Any) -> Json:
    tables = subscribers(**given)
    tables["leads"] = won(tables) + leads()
    panel = panel_from(tables, tmp_path_factory.mktemp("subscribers"))
    told: Json = json.loads(canonical_json(decided("ideal_customers", panel).result))
    return told


def page_of(ideal: Json) -> str:
    return render_report(
        {"analyses": {"ideal_customers": ideal}},
        title="Example",
        currency="EUR",
        generated_for=date(2026, 7, 1),
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Json:
    return result(tmp_path_factory)


def test_the_profile_its_reliability_and_the_leads_are_shown(planted: Json) -> None:
    said = text_of(page_of(planted))

    for part in (
        "Who the ideal customers are", "Names the better of two customers", "country: DE",
        "Whether the score comes true",
        "Open leads, the most promising first", "Unlike anything seen: no customer had country Mars.",
    ):  # fmt: skip
        assert part in said


def test_the_picture_of_the_profile_is_drawn_for_both_widths(planted: Json) -> None:
    page = page_of(planted)

    assert 'id="picture-profile_lifts"' in page
    assert page.count('<svg role="img" aria-label="Success by trait') == 2


def test_in_noise_the_page_says_that_nothing_foretells_and_draws_no_profile(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    said = page_of(result(tmp_path_factory, seed=4, foretold=False))

    assert "Nothing that is known at signing foretells who succeeds" in text_of(said)
    assert "picture-profile_lifts" not in said
    assert "Whether the score comes true" not in said


@pytest.mark.parametrize("emptied", ["nothing", "unknown", "null"])
def test_what_is_missing_is_said_in_words_and_breaks_nothing(planted: Json, emptied: str) -> None:
    ideal = {"nothing": planted, "unknown": blanked(planted), "null": dict.fromkeys(planted)}[emptied]

    page = page_of(ideal | {"profile": ideal["profile"] if emptied == "nothing" else []})

    said = text_of(page)
    assert not any(word in said.split() for word in ("None", "nan", "Undefined"))
    assert len(Outline(page).ids) == len(set(Outline(page).ids))


def test_names_of_traits_are_shown_verbatim_and_harmless(planted: Json) -> None:
    hostile = json.loads(json.dumps(planted).replace('"DE"', '"<script>x</script>"'))

    page = page_of(hostile)

    assert "<script>" not in page
    assert "country: &lt;script&gt;x&lt;/script&gt;" in page
