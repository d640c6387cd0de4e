"""Laws know the small facts that follow from them."""

from __future__ import annotations

import pytest

from experiments.market import sample_business


def test_flows_and_stocks_have_their_least_units():
    floors = {metric.name: metric.floor for metric in sample_business().business.metrics}

    assert floors == {"postings": 1.0, "applicants": 1.0, "seats": 2.0, "dashboards": 2.0}


def test_a_kpi_that_drives_another_adds_no_value_of_its_own():
    adding = [kpi.name for kpi in sample_business().business.kpis if kpi.adds_value]

    assert adding == ["placement_revenue", "sourcing_hours_saved"]


def test_net_value_of_a_kpi_is_its_value_times_what_is_owed_to_us():
    hours = sample_business().business.kpis[1]

    assert hours.net_per_unit == pytest.approx(39.1 * 0.72)
