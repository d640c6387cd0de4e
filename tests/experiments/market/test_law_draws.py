"""What tables state of a KPI is honest, and metrics' scales come out as drawn."""

from __future__ import annotations

import numpy as np

from experiments.market.law_draws import (
    draw_kpi,
    draw_kpis,
    draw_metrics,
    draw_traits,
    draw_value,
    vary_recording,
)
from experiments.market.noise import stream


def _kpis(n):
    rng = stream(1, "kpis")
    return [draw_kpi(rng, ("hours_saved", "productivity", 18.0, 70.0), share=1.0) for _ in range(n)]


def test_the_true_attribution_scatters_around_the_stated_one_as_stated():
    kpis = _kpis(3_000)

    scores = np.array([(kpi.true_attribution - kpi.attribution) / kpi.attribution_sd for kpi in kpis])

    assert abs(scores.mean()) < 0.08
    assert abs(scores.std() - 1) < 0.05
    assert all(0 < kpi.true_attribution < 1 for kpi in kpis)


def test_the_true_value_per_unit_scatters_around_the_stated_one_as_stated():
    kpis = [kpi for kpi in _kpis(3_000) if kpi.value_per_unit_sd > 0]

    scores = np.array(
        [(kpi.true_value_per_unit - kpi.value_per_unit) / kpi.value_per_unit_sd for kpi in kpis]
    )

    assert abs(scores.mean()) < 0.08
    assert abs(scores.std() - 1) < 0.05


def test_a_kpi_that_drives_another_adds_no_value():
    rng = stream(2, "kpis")
    for kpis in (draw_kpis(rng) for _ in range(200)):
        driving = [kpi for kpi in kpis if kpi.drives]
        assert all(kpi.share == 0 and kpi.echo_of == kpi.drives for kpi in driving)
        assert abs(sum(kpi.share for kpi in kpis) - 1) < 1e-9


def test_metric_names_are_distinct_and_the_first_is_linked_to_value():
    rng = stream(3, "metrics")
    for _ in range(200):
        metrics = draw_metrics(rng, value=draw_value(rng), traits=draw_traits(rng))
        assert len({metric.name for metric in metrics}) == len(metrics)
        assert 0.65 <= metrics[0].elasticity <= 1.35


def test_some_businesses_record_money_and_some_watch_a_score_without_a_price():
    rng, kpis = stream(4, "recording"), tuple(_kpis(1))

    drawn = [vary_recording(rng, kpis) for _ in range(600)]

    assert 60 < sum(first.in_money for first, *_ in drawn) < 140
    assert 60 < sum(not last.monetised for *_, last in drawn) < 140
    assert all(first.true_value_per_unit == first.value_per_unit for first, *_ in drawn if first.in_money)
