"""Traits become few levels, by rules that never look at success."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.ideal_customers.levels import MOST_LEVELS, NEVER_SEEN, UNKNOWN, TraitLevels, coded, levels_of

WORDS = ["DE"] * 30 + ["FR"] * 20 + ["MT", "LU"] * 4
values = st.lists(
    st.one_of(st.none(), st.integers(-5, 60), st.sampled_from(["a", "b", "10", "x y", ""])), min_size=20
)


def test_rare_words_are_one_level_and_words_never_seen_are_none():
    country = levels_of("country", WORDS)

    assert country.levels == ("DE", "FR", "(other)")
    assert country.code("MT") == country.levels.index("(other)")
    assert country.code("XX") == NEVER_SEEN
    assert country.code(None) == UNKNOWN


def test_a_few_rare_words_stand_with_the_rarest_level():
    country = levels_of("country", ["DE"] * 30 + ["FR"] * 20 + ["NL"] * 10 + ["MT"] * 3)

    assert country.levels == ("DE", "FR", "(other)")
    assert country.code("NL") == country.code("MT")


def test_a_quantity_is_cut_at_its_thirds_and_keeps_its_order():
    staff = levels_of("staff", [str(count) for count in range(300)])

    codes = staff.codes(list(range(300)))
    assert np.bincount(codes).tolist() == [100, 100, 100]
    assert (np.diff(codes) >= 0).all()


def test_large_quantities_are_written_without_exponents():
    revenue = levels_of("revenue", [1000.0 * at for at in range(1, 91)])

    assert revenue.levels == ("≤ 30700", "30700 – 60300", "> 60300")


def test_numbers_of_few_values_are_words_and_whole_floats_are_whole():
    rating = levels_of("rating", [1.0, 2, "3"] * 10)

    assert rating.levels == ("1", "2", "3")


def test_not_knowing_is_a_level_only_where_it_was_asked_for_at_signing():
    gaps = ["DE"] * 20 + [None] * 20

    assert levels_of("country", gaps) is None
    assert levels_of("country", gaps, unknown_counts=True).levels == ("DE", "(unknown)")


@pytest.mark.parametrize("values", [["DE"] * 50, [None] * 50, [], [f"c{at}" for at in range(7)]])
def test_what_does_not_tell_customers_apart_is_no_trait(values):
    assert levels_of("country", values) is None


def test_a_quantity_beyond_all_others_has_a_level_and_is_still_not_seen():
    staff = levels_of("staff", list(range(1, 100)))

    assert staff.code(10_000) == len(staff.levels) - 1
    assert not staff.seen(10_000)
    assert staff.seen(99)


@given(values)
def test_every_value_that_made_the_levels_is_read_into_one_of_them(raw):
    levels = levels_of("trait", raw, unknown_counts=True)
    if levels is None:
        return

    codes = levels.codes(raw)

    known = np.array([value not in (None, "") for value in raw])
    assert len(levels.levels) <= MOST_LEVELS + 2
    assert (codes[known] >= 0).all()
    assert all(levels.seen(value) for value in raw)


@given(values, st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(raw, random):
    mixed = random.sample(raw, len(raw))

    assert levels_of("trait", mixed) == levels_of("trait", raw)


@given(values)
def test_levels_survive_being_stored(raw):
    levels = levels_of("trait", raw, unknown_counts=True)
    if levels is not None:
        assert TraitLevels.from_json(json.loads(json.dumps(levels.to_json()))) == levels


def test_values_that_do_not_fit_the_traits_are_refused():
    country = levels_of("country", WORDS)

    with pytest.raises(InvalidInput, match="country"):
        coded([country], {})
    with pytest.raises(InvalidInput, match="one value a customer"):
        coded([country, TraitLevels(trait="b", levels=("x", "y"))], {"country": ["DE"], "b": ["x", "y"]})
