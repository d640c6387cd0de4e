"""A cursor leads on in its own list, and in no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.paging import Page, cursor
from api.problems import UnknownCursor


@given(st.text(max_size=30), st.text(max_size=60))
def test_a_cursor_leads_back_to_its_place(listing: str, place: str) -> None:
    assert Page(limit=1, cursor=cursor(listing, place)).after(listing) == place


@given(st.text(max_size=80))
def test_a_made_up_cursor_is_refused_or_was_never_ours(made_up: str) -> None:
    page = Page(limit=1, cursor=made_up)

    with pytest.raises(UnknownCursor):
        page.after("datasets")


def test_a_cursor_of_another_list_is_refused() -> None:
    page = Page(limit=1, cursor=cursor("rows of an_1", "5"))

    with pytest.raises(UnknownCursor):
        page.after("rows of an_2")


def test_the_first_page_begins_nowhere() -> None:
    assert Page(limit=1).after("datasets") is None
