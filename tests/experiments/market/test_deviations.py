"""Each regime changes the laws that it names, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.market import Regime, draw_business

CHANGED = {
    Regime.STEADY: set(),
    Regime.NOISY: {"value"},
    Regime.QUARTERLY: {"reporting"},
    Regime.YOUNG: {"established"},
    Regime.HEAVY_TAILS: {"value", "metrics"},
    Regime.ZEROS: {"value"},
    Regime.DRIFT: {"value"},
    Regime.MISSING_MONTHS: {"reporting"},
    Regime.SIZE_CONFOUNDED: {"metrics"},
    Regime.DOUBLE_COUNTED: {"kpis"},
    Regime.SELECTIVE_REPORTING: {"reporting"},
}


@pytest.mark.parametrize("regime", list(Regime))
def test_a_regime_changes_only_the_laws_it_is_about(regime):
    steady = draw_business(5, Regime.STEADY)

    bent = replace(draw_business(5, regime), regime=Regime.STEADY)

    assert {name for name, law in vars(bent).items() if law != vars(steady)[name]} == CHANGED[regime]


def test_size_confounded_units_fall_behind_size_for_every_linked_metric():
    metrics = draw_business(5, Regime.SIZE_CONFOUNDED).metrics

    assert all(metric.elasticity <= 0.75 for metric in metrics)


@pytest.mark.parametrize("seed", range(8))
def test_double_counting_hides_that_two_kpis_measure_one_value(seed):
    first, second, *_ = draw_business(seed, Regime.DOUBLE_COUNTED).kpis

    assert second.echo_of == first.name
    assert second.drives is None
    assert second.share == 0
    assert first.name != second.name
