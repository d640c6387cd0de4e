"""The page must say where the answer flips if silent customers get less."""

from __future__ import annotations

from api.pages.sensitivity import sensitivity


def tried(**columns):
    shares = (1.0, 0.5)
    rows = [
        {"share": at, **{key: found[place] for key, found in columns.items()}}
        for place, at in enumerate(shares)
    ]
    return {"non_reporters_at": rows, "flips_at": None}


def test_the_share_at_which_another_metric_leads_is_named():
    found = sensitivity({"sensitivity": {**tried(recommended=["a", "b"]), "flips_at": 0.6}}, {})

    assert "60" in found.sentences[0]
    assert [row.flips for row in found.rows] == [False, True]


def test_a_choice_that_never_flips_is_said_to_hold():
    found = sensitivity({"sensitivity": tried(recommended=["a", "a"])}, {})

    assert "does not depend on it" in found.sentences[0]
    assert not any(row.flips for row in found.rows)


def test_metric_and_worth_share_one_row_for_each_share():
    worths = [{"value": 10.0, "unit": "EUR/a"}, {"value": 7.0, "unit": "EUR/a"}]

    found = sensitivity({"sensitivity": tried(recommended=["a", "a"])}, {"sensitivity": tried(worth=worths)})

    assert [(row.recommended, row.worth.value[:1]) for row in found.rows] == [("a", "1"), ("a", "7")]


def test_where_todays_price_leaves_its_place_is_said():
    price = {**tried(worth=[None, None]), "flips_at": 0.3, "from": "below", "to": "inside"}

    assert (
        "now below the corridor, would lie inside it" in sensitivity({}, {"sensitivity": price}).sentences[0]
    )


def test_nothing_tried_is_nothing_shown():
    assert sensitivity({}, {"sensitivity": {"non_reporters_at": [], "flips_at": None}}) is None
