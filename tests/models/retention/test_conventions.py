"""Every convention on the mini ledger, to the sixth digit; what they have in common; what their intervals do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from models.retention.conventions import CONVENTIONS, by_every_convention
from models.retention.intervals import revenue_retention
from models.retention.ledger import Ints
from tests.models.retention.ledgers import MINI, month_ends

ON_THE_MINI_LEDGER = {
    "nrr_endpoint": 0.828571,
    "nrr_without_winbacks": 0.685714,
    "nrr_movements_with_reactivation": 0.800000,
    "nrr_movements": 0.657143,
    "nrr_compounded": 0.727848,
    "nrr_average_month": 0.749424,
    "nrr_survivors": 0.966667,
    "nrr_mean_of_ratios": 0.866667,
    "grr_endpoint": 0.742857,
    "grr_capped_in_total": 0.828571,
    "grr_movements_of_base": 0.557143,
    "grr_movements": 0.471429,
    "grr_compounded": 0.596745,
    "grr_lowest": 0.600000,
    "logo_endpoint": 0.833333,
    "logo_never_lapsed": 0.666667,
    "quick_ratio_with_reactivation": 1.000000,
    "quick_ratio": 0.729730,
}


def nobody(ends: Ints) -> np.ndarray:
    return np.zeros(ends.shape[1], dtype=np.bool_)


@pytest.mark.parametrize("name", ON_THE_MINI_LEDGER)
def test_every_convention_has_its_known_figure_on_the_mini_ledger(name: str) -> None:
    found = by_every_convention(MINI, nobody(MINI))[name]

    assert found.value == pytest.approx(ON_THE_MINI_LEDGER[name], abs=1e-6)
    assert found.n == 6
    assert found.method == CONVENTIONS[name].formula


AGREEING = (
    "nrr_endpoint", "nrr_without_winbacks", "nrr_movements_with_reactivation", "nrr_movements", "nrr_compounded",
    "grr_endpoint", "grr_movements_of_base", "grr_movements", "grr_compounded", "grr_lowest",
    "quick_ratio", "quick_ratio_with_reactivation",
)  # fmt: skip
"""Conventions that say the same where every customer moves at most once."""


def moved(opening: int, *, churn: int, contraction: int, expansion: int, new: int = 0) -> Ints:
    """Month-ends of five kinds of customers, ten of each: they leave, halve, double, stay as they are, and come."""
    stay = opening - churn - 2 * contraction - expansion
    ends = [[churn, 2 * contraction, expansion, stay, 0], [0, contraction, 2 * expansion, stay, new]]
    return np.repeat(ends, 10, axis=1) // 10


@pytest.mark.parametrize(
    ("ends", "closing", "published"),
    [
        pytest.param(
            moved(100, churn=10, contraction=10, expansion=10), 90, {"nrr": 0.90, "grr": 0.80}, id="ChartMogul"
        ),
        pytest.param(
            moved(100_000, churn=8_000, contraction=5_000, expansion=15_000), 102_000,
            {"nrr": 1.02, "grr": 0.87}, id="Monetizely",
        ),
        pytest.param(
            moved(100_000, churn=5_000, contraction=3_000, expansion=8_000, new=20_000), 120_000,
            {"quick": 3.5}, id="pitchkit",
        ),
    ],
)  # fmt: skip
def test_published_examples_have_their_published_figures(
    ends: Ints, closing: int, published: dict[str, float]
) -> None:
    found = by_every_convention(ends, nobody(ends))
    said = {name: published[kind] for name in AGREEING if (kind := name.split("_")[0]) in published}

    assert ends.sum(axis=1)[1] == closing
    assert said
    assert {name: found[name].value for name in said} == pytest.approx(said, abs=1e-12)


def test_no_convention_is_left_without_a_known_figure() -> None:
    assert set(CONVENTIONS) == set(ON_THE_MINI_LEDGER)


@settings(max_examples=60, deadline=None)
@given(month_ends(months=7, most=20))
def test_gross_retention_never_exceeds_net_nor_one(ends: Ints) -> None:
    found = by_every_convention(ends, nobody(ends))
    gross, net = found["grr_endpoint"], found["nrr_endpoint"]

    if gross.value is not None and net.value is not None:
        assert gross.value <= min(1.0, net.value) + 1e-12


@settings(max_examples=30, deadline=None)
@given(month_ends(months=7, most=20))
def test_conventions_agree_where_every_customer_moves_at_most_once_and_nobody_joins(ends: Ints) -> None:
    once = np.where(np.arange(7)[:, None] < 4, ends[0], np.where(ends[6] > 0, ends[6], 0))
    once = once[:, ends[0] > 0]
    if once.shape[1] < 5:
        return
    found = by_every_convention(once, nobody(once))

    gross = [
        found[name].value for name in ("grr_endpoint", "grr_movements_of_base", "grr_movements", "grr_lowest")
    ]
    assert gross == pytest.approx([gross[0]] * 4)
    net = [found[name].value for name in ("nrr_endpoint", "nrr_without_winbacks", "nrr_movements")]
    assert net == pytest.approx([net[0]] * 3)


def test_amounts_in_cents_or_in_millions_give_the_same_ratios() -> None:
    small, large = (by_every_convention(scale * MINI, nobody(MINI)) for scale in (1, 10**6))

    for name in CONVENTIONS:
        assert large[name].value == pytest.approx(small[name].value)
        assert large[name].low == pytest.approx(small[name].low)


def test_few_customers_give_no_number_but_the_reason() -> None:
    few = MINI[:, :4]

    assert {each.reason for each in by_every_convention(few, nobody(few)).values()} == {
        "insufficient_customers"
    }


def test_where_nothing_was_lost_there_is_no_quick_ratio() -> None:
    calm = np.full((3, 6), 100)
    found = by_every_convention(calm, nobody(calm))

    assert (found["quick_ratio"].value, found["quick_ratio"].reason) == (None, "nothing_lost")
    assert found["nrr_endpoint"].value == 1


def test_where_everybody_left_nothing_is_said_of_survivors() -> None:
    ends = np.array([[100] * 6, [0] * 6])
    found = by_every_convention(ends, nobody(ends))

    assert found["nrr_survivors"].reason == "nobody_stayed"
    assert found["nrr_endpoint"].value == 0


def test_who_paid_before_the_window_comes_back_and_is_not_new() -> None:
    ends = np.array([[100] * 6 + [0], [90] * 6 + [50]])
    before = np.array([False] * 6 + [True])
    back, new = (by_every_convention(ends, told)["quick_ratio"].value for told in (before, nobody(ends)))

    assert (back, new) == (0.0, pytest.approx(50 / 60))


def test_a_large_customer_may_leave_though_it_did_not_by_every_convention() -> None:
    ends = np.full((3, 40), 100)
    ends[:, 0] = 4000
    ends[1:, 1:4] = 0
    found = by_every_convention(ends, nobody(ends), level=0.9)

    for name, each in CONVENTIONS.items():
        if each.over in {"opening", "largest", "steps"}:
            assert found[name].value - found[name].low > 0.2, name


def test_the_default_conventions_have_the_intervals_of_revenue_retention() -> None:
    rng = np.random.default_rng(8)
    start = np.rint(rng.lognormal(8, 1.5, 200))
    ends = np.array([start, start * rng.choice([0, 0.5, 1, 1.4], 200, p=[0.1, 0.1, 0.6, 0.2])]).astype(
        np.int64
    )
    found = by_every_convention(ends, nobody(ends), level=0.8)
    known = revenue_retention(ends[0], ends[1], level=0.8)

    for name, same in (
        ("nrr_endpoint", known.net),
        ("grr_endpoint", known.gross),
        ("logo_endpoint", known.logo),
    ):
        assert (found[name].low, found[name].value, found[name].high) == pytest.approx(
            (same.low, same.value, same.high), rel=1e-6
        )


def test_newcomers_make_dashboards_movements_less_sure() -> None:
    stay = np.array([[100] * 40 + [50] * 40, [0] * 4 + [100] * 36 + [60] * 40])
    alone = stay[:, :40]
    few, many = (by_every_convention(ends, nobody(ends))["nrr_movements"] for ends in (alone, stay))

    assert many.n == 80
    assert few.high - few.low > many.high - many.low


def test_only_the_conventions_that_are_asked_for_are_counted() -> None:
    assert list(by_every_convention(MINI, nobody(MINI), names=["grr_lowest"])) == ["grr_lowest"]


def test_of_fewer_than_three_who_lost_anything_there_is_no_quick_ratio() -> None:
    ends = np.full((2, 20), 100)
    ends[1, :2], ends[1, 2:6] = 0, 150
    found = by_every_convention(ends, nobody(ends))

    assert found["quick_ratio"].reason == "too_few_losses"


def test_of_a_handful_of_survivors_nothing_is_said() -> None:
    ends = np.array([[100] * 8, [0] * 5 + [120] * 3])
    found = by_every_convention(ends, nobody(ends))["nrr_survivors"]

    assert (found.reason, found.n) == ("insufficient_customers", 3)


def test_a_month_in_which_nobody_paid_leaves_no_product_of_months() -> None:
    ends = np.array([[100] * 8, [0] * 8, [100] * 8])
    found = by_every_convention(ends, nobody(ends))

    assert found["nrr_compounded"].reason == "nobody_stayed"
    assert found["nrr_endpoint"].value == 1
