"""All scores must stand side by side, also those that the page has never heard of."""

from __future__ import annotations

from api.pages.ranking import comparison


def line(results, label, variant="clear"):
    ranking = results[variant]["analyses"]["value_metrics"]["ranking"]
    return next((line for line in comparison(ranking) if line.label == label), None)


def test_every_line_has_one_cell_for_each_metric(results):
    ranking = results["clear"]["analyses"]["value_metrics"]["ranking"]

    assert {len(line.cells) for line in comparison(ranking)} == {len(ranking)}


def test_a_score_without_a_name_on_the_page_is_shown_by_its_own(results):
    found = line(results, "stability: half life")

    assert found is not None
    assert found.cells[0].value.startswith("14")


def test_bounds_of_the_slope_stand_beside_its_interval(results):
    assert line(results, "slope").cells[0].brief.endswith("bounds 0.80–1.10")


def test_a_score_that_cannot_be_computed_says_why(results):
    cells = line(results, "inside a customer").cells

    assert all(cell.unknown == "not known: the data do not tell units apart (unit_id)" for cell in cells)


def test_a_score_that_no_metric_has_says_why_once(results):
    assert (
        line(results, "inside a customer").unknown == "not known: the data do not tell units apart (unit_id)"
    )
    assert line(results, "between customers").unknown == ""


def test_an_unknown_chance_says_why(results):
    cells = line(results, "Chance of being the best", "no_outcomes").cells

    assert all(cell.unknown == "not known: no customer reports outcomes" for cell in cells)


def test_an_empty_ranking_has_no_cells():
    assert all(not line.cells for line in comparison([]))
