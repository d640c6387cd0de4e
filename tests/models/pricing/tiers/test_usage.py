"""What customers get from kinds of tiers in their own months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.tiers.usage import Kept, Kinds, serve

SEEDS, LAWS = st.integers(0, 10_000), st.sampled_from(["hard", "linear", "concave"])


def months(seed: int, n: int = 6, length: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 40, (n, length)) * 1.0, np.exp(rng.normal(0, 0.5, n))


@given(SEEDS, LAWS, st.floats(0.05, 5), st.floats(0, 45))
def test_nobody_could_do_better_by_using_more_or_less(seed: int, kept: Kept, price: float, allowance: float):
    units, per_unit = months(seed, n=3, length=1)
    served = serve(units, per_unit, Kinds(np.array([allowance]), np.array([price])), kept=kept)

    for i, need in enumerate(units[:, 0]):
        q = np.linspace(0, need, 400)
        share = np.divide(q, need, out=np.ones_like(q), where=need > 0)
        part = {"hard": (share >= 1).astype(float), "linear": share, "concave": share**0.6}[kept]
        best = (per_unit[i] * need * part - price * np.maximum(q - allowance, 0)).max()
        assert served.surplus[i, 0] >= best - 1e-6 * (1 + abs(best))


@given(SEEDS, LAWS)
def test_an_allowance_for_everything_keeps_all_value(seed: int, kept: Kept):
    units, per_unit = months(seed)

    served = serve(units, per_unit, Kinds(np.array([np.inf]), np.array([np.inf])), kept=kept)

    np.testing.assert_allclose(served.value[:, 0], per_unit * units.mean(axis=1))
    np.testing.assert_allclose(served.units[:, 0], units.mean(axis=1))
    assert (served.overage == 0).all()


@given(SEEDS, LAWS)
def test_larger_allowances_and_cheaper_overage_never_give_less(seed: int, kept: Kept):
    units, per_unit = months(seed)
    sizes, prices = np.array([0.0, 5, 20, 50]), np.array([0.3, 1.0, np.inf])

    surplus = serve(units, per_unit, Kinds.grid(sizes, prices), kept=kept).surplus.reshape(-1, 4, 3)

    assert (np.diff(surplus, axis=1) >= -1e-9).all()
    assert (np.diff(surplus, axis=2) <= 1e-9).all()


def test_bills_are_of_the_customers_own_months_and_not_of_its_mean():
    units, kinds = np.array([[10.0, 30.0], [20.0, 20.0]]), Kinds(np.array([20.0]), np.array([0.5]))

    served = serve(units, np.array([2.0, 2.0]), kinds, kept="linear")

    np.testing.assert_allclose(served.overage[:, 0], [2.5, 0.0])


def test_months_that_are_not_known_do_not_count():
    units = np.array([[10.0, 99.0]])
    known = np.array([[True, False]])

    served = serve(
        units, np.array([1.0]), Kinds(np.array([np.inf]), np.array([np.inf])), kept="linear", known=known
    )

    assert served.value[0, 0] == 10.0


def test_the_margin_is_overage_less_the_cost_of_what_is_used():
    served = serve(
        np.array([[30.0]]), np.array([2.0]), Kinds(np.array([20.0]), np.array([0.5])), kept="linear"
    )

    assert served.margin(0.1)[0, 0] == pytest.approx(5.0 - 3.0)


@given(SEEDS, LAWS, st.floats(0.01, 100), st.floats(0.01, 100))
def test_currency_and_the_size_of_a_unit_do_not_matter(seed: int, kept: Kept, rate: float, size: float):
    units, per_unit = months(seed)
    kinds = Kinds(np.array([5.0, 20.0]), np.array([0.7, np.inf]))
    other = Kinds(kinds.allowances * size, kinds.overage_prices * rate / size)

    found = serve(units * size, per_unit * rate / size, other, kept=kept)

    if kept != "hard":  # a need that is met to the last bit may be missed by a rounding
        np.testing.assert_allclose(
            found.surplus, rate * serve(units, per_unit, kinds, kept=kept).surplus, rtol=1e-6
        )
    assert (found.overage >= 0).all()


@pytest.mark.parametrize(
    ("units", "per_unit", "kept", "says"),
    [
        (np.array([[-1.0]]), np.ones(1), "linear", "units must be"),
        (np.array([[1.0]]), -np.ones(1), "linear", "per_unit"),
        (np.array([[1.0]]), np.ones(1), "soft", "kept must be one of"),
    ],
)
def test_what_makes_no_sense_is_refused(units, per_unit, kept, says):
    with pytest.raises(InvalidInput, match=says):
        serve(units, per_unit, Kinds(np.ones(1), np.ones(1)), kept=kept)


@pytest.mark.parametrize("allowance", [-1.0, np.nan])
def test_kinds_need_allowances_and_positive_prices(allowance):
    with pytest.raises(InvalidInput, match="allowances must be"):
        Kinds(np.array([allowance]), np.array([1.0]))
