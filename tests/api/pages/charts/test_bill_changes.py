"""Existing customers by how their bill would change: every group has its name, and those who leave stand apart."""

from __future__ import annotations

from api.pages.charts.bill_changes import BillChanges
from tests.api.pages.charts.tier_menu import drawn, texts, told


def test_the_title_says_how_many_pay_more_and_leave():
    title, words = told(BillChanges)

    assert title == "If all chose anew, 50 % would pay more and 10 % would leave"
    assert len(words) > 30


def test_every_group_of_bills_is_labelled():
    groups = {"would leave", "50 % less or more", "about the same", "up to 10 % more", "10 % to 25 % more"}

    assert groups <= texts(drawn(BillChanges))


def test_without_data_there_is_no_picture():
    assert drawn(BillChanges, charts={}) is None
