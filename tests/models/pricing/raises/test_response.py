"""How churn answers to price: truth recovered, priors where nothing tells, and what must not tell anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from models.errors import NotEstimable, NotIdentified
from models.pricing.raises.decisions import Decisions
from models.pricing.raises.density import NODES
from models.pricing.raises.response import LEARNT, PriceResponse, Response, believed

THETA = 4.0
THETAS_BEFORE = [5.028061240134835, 5.535225605603717, 4.5865162905091985]
KAPPAS_BEFORE = [0.972818672805977, 0.9110717216062199, 0.6912001967326132]


def lives(
    seed: int,
    *,
    customers: int = 500,
    theta: float = THETA,
    kappa: float = 1.0,
    omega: float = 0.8,
    share: float = 0.5,
) -> Decisions:
    """Eighteen months of customers of whom half, by lot, are asked up to a quarter more from the seventh on."""
    rng = np.random.default_rng(seed)
    z, private = rng.normal(0, 0.5, customers), rng.normal(size=customers)
    asked = np.log1p(rng.choice([0.05, 0.15, 0.25], customers)) * (rng.random(customers) < share)
    month = np.arange(18)[:, None]
    u = np.where(month >= 6, asked, 0.0)
    odds = -4.0 + 0.3 * z - omega * private + theta * np.exp(kappa * z - 0.4 * private) * np.expm1(u)
    leaves = rng.random((18, customers)) < special.expit(odds)
    there = np.cumsum(leaves, axis=0) - leaves == 0
    who, _ = np.nonzero(there.T)
    place = there.T
    z_rows = z[who]
    return Decisions(
        left=leaves.T[place], given=u.T[place], other=np.zeros((who.size, 0)), position=z_rows[:, None],
        known=np.column_stack([np.ones(who.size), z_rows]), customer=who,
    )  # fmt: skip


def told(seed: int, *, by_willingness: float, customers: int = 1000, share: float = 2 / 3) -> Decisions:
    """Lives in which who pays more of what it said it would minds a raise more; a share of customers said it.

    Who did not stands where those of its share of value do on average.
    """
    rng = np.random.default_rng((seed, 7))
    z, private = rng.normal(0, 0.5, customers), rng.normal(size=customers)
    v, said = 0.5 * z + rng.normal(0, 0.4, customers), rng.random(customers) < share
    asked = np.log1p(rng.choice([0.05, 0.15, 0.25], customers)) * (rng.random(customers) < 0.5)
    u = np.where(np.arange(18)[:, None] >= 6, asked, 0.0)
    pressure = THETA * np.exp(z + by_willingness * v - 0.4 * private)
    leaves = rng.random(u.shape) < special.expit(-4 + 0.3 * (z + v) - 0.8 * private + pressure * np.expm1(u))
    place = (np.cumsum(leaves, axis=0) - leaves == 0).T
    who, known = np.nonzero(place)[0], np.where(said, v, 0.5 * z)
    x = np.column_stack([np.ones(customers), z, known, known**2, said])
    return Decisions(
        left=leaves.T[place], given=u.T[place], other=np.zeros((who.size, 0)),
        position=np.column_stack([z, known])[who], known=x[who], customer=who,
    )  # fmt: skip


def middle(found: Response) -> float:
    return float(np.median(found.theta))


def test_intervals_hold_the_elasticity_of_most_books() -> None:
    inside = 0
    for seed in range(20):
        found = PriceResponse(draws=200).fit(lives(seed)).elasticity()
        assert found.low is not None
        assert found.high is not None
        inside += found.low < THETA < found.high

    assert inside >= 15


def test_a_price_set_last_month_for_all_who_are_there_takes_nothing_from_what_was_learned() -> None:
    """Nobody of them has left yet, so that its own effect is bounded by its prior alone, and by no normal law."""
    rows = lives(2, customers=200)
    many = np.random.default_rng(5).normal(size=(rows.left.size, 10))
    plain = replace(rows, known=np.column_stack([rows.known, many]))
    last = (np.bincount(rows.customer)[rows.customer] == 18) & (np.diff(rows.customer, append=-1) != 0)
    told = last & ~rows.left
    chosen = replace(plain, other=np.where(told, np.log(1.05), 0.0)[:, None])

    learnt = [
        [PriceResponse(draws=400, seed=seed).fit(each).learnt for seed in range(5)]
        for each in (chosen, plain.only(~told))
    ]

    assert learnt[0] == pytest.approx(learnt[1], rel=0.2)


def test_more_customers_tell_more() -> None:
    few, many = (PriceResponse(draws=200).fit(lives(3, customers=n)).learnt for n in (150, 3000))

    assert many < 0.6 * few


def test_who_stayed_long_is_believed_to_get_more_than_is_seen() -> None:
    rows = lives(1, customers=2000, omega=1.2)

    found = PriceResponse(draws=100).fit(rows)

    stayed = np.bincount(rows.customer) == 18
    left = np.bincount(rows.customer, rows.left) > 0
    nodes = np.polynomial.hermite_e.hermegauss(NODES)[0]
    private = found.private @ nodes
    assert private[stayed].mean() > private[left].mean() + 0.2
    assert found.private.sum(axis=1) == pytest.approx(1.0)


def test_who_has_never_decided_is_believed_to_be_as_all_are() -> None:
    rows = lives(1, customers=200)

    found = PriceResponse(draws=50).fit(rows)

    assert (found.weights(np.array([3])) == found.private[3]).all()
    assert (found.weights(np.array([200, 5000])) == believed(10, seed=0).weights(np.array([0]))).all()


def test_raises_that_others_set_tell_nothing() -> None:
    rows = lives(2)
    moved = replace(rows, given=np.zeros_like(rows.given), other=rows.given[:, None])

    with pytest.raises(NotIdentified):
        PriceResponse().fit(moved)


def test_without_departures_there_is_no_answer() -> None:
    rows = lives(2)

    with pytest.raises(NotEstimable, match="0 customers left"):
        PriceResponse().fit(replace(rows, left=np.zeros_like(rows.left)))


def test_beliefs_are_the_stated_priors_and_identify_nothing() -> None:
    prior = believed(4000, seed=0, known=3)

    assert not prior.identified
    assert prior.elasticity().reason == "not_identified"
    assert np.median(prior.theta) == pytest.approx(3.0, rel=0.05)
    assert np.quantile(np.exp(0.1 * prior.theta), [0.1, 0.9]) == pytest.approx([1.11, 2.31], rel=0.05)
    assert prior.weights(np.array([0, 5])).shape == (2, NODES)


def test_the_answer_does_not_depend_on_the_units_of_what_is_known() -> None:
    rows = lives(4)
    scaled = replace(rows, known=rows.known * [1.0, 1000.0])

    found, other = (PriceResponse(draws=100).fit(each) for each in (rows, scaled))

    assert middle(other) == pytest.approx(middle(found), rel=0.05)
    assert other.known[:, 1] * 1000 == pytest.approx(found.known[:, 1], abs=0.2)


def test_the_same_seed_gives_the_same_draws() -> None:
    rows = lives(5)

    assert (
        PriceResponse(draws=50, seed=3).fit(rows).theta == PriceResponse(draws=50, seed=3).fit(rows).theta
    ).all()


def test_data_that_say_nothing_leave_the_prior_as_wide_as_it_was() -> None:
    rows = lives(7, customers=60, share=0.5)
    faint = replace(rows, given=rows.given * 0.01)

    assert PriceResponse(draws=200).fit(faint).learnt > LEARNT


@pytest.mark.slow
@pytest.mark.parametrize("planted", [0.0, 0.6])
def test_intervals_hold_by_how_much_more_those_mind_who_pay_more_of_what_they_said(planted: float) -> None:
    books = [PriceResponse().fit(told(seed, by_willingness=planted)).kappa[:, 1] for seed in range(50)]

    low, middle, high = np.quantile(books, [0.05, 0.5, 0.95], axis=1)
    assert ((low < planted) & (planted < high)).mean() >= 0.7
    assert abs(middle.mean() - planted) < 0.35
    # Where there is nothing, what is believed draws some intervals above it; where there is, most are.
    assert (low > 0).mean() > 0.6 if planted else (low > 0).mean() < 0.3


def test_much_data_tell_by_how_much_more_those_mind_who_pay_more_of_what_they_said() -> None:
    there, nothing = (
        PriceResponse(draws=200).fit(told(1, by_willingness=planted, customers=6000, share=1.0))
        for planted in (1.0, 0.0)
    )

    much, none = (each.by_willingness(known=6000) for each in (there, nothing))
    assert None not in (much.low, much.value, none.value, none.high)
    assert much.low > none.high
    assert much.value - none.value == pytest.approx(1.0, abs=0.3)
    assert (much.n, much.reason) == (6000, None)


def test_comparing_customers_tells_nothing_of_willingness() -> None:
    """Who pays more of what it said leaves more often here whatever is asked; that is a level and no answer."""
    rows = told(3, by_willingness=0.0, share=1.0)
    rng = np.random.default_rng(0)
    steep = rng.random(rows.left.size) < special.expit(-4 + 1.5 * rows.position[:, 1])
    level = replace(rows, left=steep, given=rows.given * 0.01)

    found = PriceResponse().fit(level).kappa[:, 1]

    assert found.mean() == pytest.approx(0.5, abs=0.1)
    assert found.std() == pytest.approx(0.4, abs=0.08)


def test_willingness_that_nobody_told_leaves_every_draw_as_it_was() -> None:
    """Figures of the code before it knew willingness."""
    found = PriceResponse(draws=50, seed=5).fit(lives(5))
    prior = believed(50, seed=2, known=4)

    assert found.theta[:3].tolist() == pytest.approx(THETAS_BEFORE, rel=1e-9)
    assert found.kappa[:3, 0].tolist() == pytest.approx(KAPPAS_BEFORE, rel=1e-9)
    assert found.by_willingness(known=0).reason == "willingness_unknown"
    both = believed(50, seed=2, known=4, positions=2)
    assert (both.theta == prior.theta).all()
    assert (both.kappa[:, 0] == prior.kappa[:, 0]).all()
    assert (both.omega == prior.omega).all()


def test_who_pays_more_of_what_it_said_is_pressed_more_by_draws_that_say_so() -> None:
    prior = believed(2000, seed=0, positions=2)
    places = np.array([[0.0, 0.0], [0.0, 0.5], [0.5, 0.0]])

    pressed = np.log(prior.pressure(places))

    assert pressed[:, 1] - pressed[:, 0] == pytest.approx(0.5 * prior.kappa[:, 1])
    assert pressed[:, 2] - pressed[:, 0] == pytest.approx(0.5 * prior.kappa[:, 0])
    assert np.quantile(prior.kappa[:, 1], [0.1, 0.9]) == pytest.approx([0.0, 1.0], abs=0.06)
