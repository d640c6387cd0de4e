"""Sources on the same worth are weighted by how sure each is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Caveat, Estimate
from models.unit_worth.evidence_pool import Source, combine


def source(name: str, value: float, *, times: float, n: int = 10, level: float = 0.9) -> Source:
    """Return a source whose interval reaches from value ÷ times to value × times."""
    estimate = Estimate(
        value=value, low=value / times, high=value * times, level=level, n=n, unit="EUR/posting"
    )
    return Source(name, estimate)


def pooled(*sources: Source) -> tuple[Estimate, list[float]]:
    return combine(sources, unit="EUR/posting", level=0.9)


def test_two_equally_sure_sources_meet_in_their_geometric_mean():
    both, weights = pooled(source("outcomes", 40, times=1.2), source("prior", 60, times=1.2))

    assert both.value == pytest.approx(np.sqrt(40 * 60))
    assert weights == pytest.approx([0.5, 0.5])
    assert both.high / both.value == pytest.approx(1.2 ** (1 / np.sqrt(2)))
    assert both.n == 20


def test_weights_are_inverse_to_squared_errors():
    _, weights = pooled(source("outcomes", 40, times=1.1), source("prior", 40, times=1.21))

    assert weights == pytest.approx([0.8, 0.2])  # twice the error on the log scale, a quarter of the weight


def test_levels_are_brought_to_the_same_error_first():
    # The same standard error, said at two levels.
    wide, narrow = (
        source("a", 40, times=1.3, level=0.95),
        source("b", 40, times=1.3 ** (1.645 / 1.96), level=0.9),
    )

    assert pooled(wide, narrow)[1] == pytest.approx([0.5, 0.5], abs=0.001)


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(1.01, 3)), min_size=2, max_size=5))
def test_the_answer_lies_among_the_sources_and_is_surer_than_any(drawn):
    sources = [source(str(at), value, times=times) for at, (value, times) in enumerate(drawn)]

    both, weights = pooled(*sources)

    values = [each.estimate.value for each in sources]
    assert min(values) * (1 - 1e-9) <= both.value <= max(values) * (1 + 1e-9)
    assert sum(weights) == pytest.approx(1)
    assert both.high / both.low <= min(times for _, times in drawn) ** 2 * (1 + 1e-9)


def test_a_source_that_knows_nothing_has_no_weight():
    silent = Source("surveys", Estimate.unknown("no_surveys", unit="EUR/posting"))

    alone, weights = pooled(silent, source("outcomes", 40, times=1.2))

    assert (alone.value, weights) == (40, [0.0, 1.0])


def test_where_none_knows_anything_the_first_reason_stands():
    unknown = [
        Source(reason, Estimate.unknown(reason, unit="EUR", n=4)) for reason in ("no_outcomes", "no_surveys")
    ]

    nothing, weights = pooled(*unknown)

    assert (nothing.reason, weights) == ("no_outcomes", [0.0, 0.0])
    assert pooled()[0].reason == "no_evidence"


def test_sources_that_contradict_each_other_are_not_averaged_in_silence():
    apart, _ = pooled(source("outcomes", 40, times=1.1), source("prior", 80, times=1.1))
    near, _ = pooled(source("outcomes", 40, times=1.1), source("prior", 42, times=1.1))

    assert [caveat.code for caveat in apart.warnings] == ["sources_disagree"]
    assert near.warnings == ()


def test_warnings_of_the_sources_are_kept():
    gross = source("outcomes", 40, times=1.2)
    warned = Source("outcomes", gross.estimate.warned(Caveat("gross_value", "…")))

    assert [caveat.code for caveat in pooled(warned, source("prior", 41, times=1.2))[0].warnings] == [
        "gross_value"
    ]


def test_an_interval_that_reaches_to_nothing_is_judged_by_its_width_beside_its_value():
    # In some draws the typical customer gained nothing, and log 0 has no width.
    worth = Estimate(value=40.0, low=0.0, high=48.0, level=0.9, n=9, unit="EUR/posting")

    _, weights = pooled(Source("outcomes", worth), source("prior", 40, times=np.exp(0.6)))

    assert weights == pytest.approx([0.5, 0.5])  # 48 ÷ (2 × 40) = 0.6


@pytest.mark.parametrize("value", [0.0, -5.0])
def test_a_worth_that_is_not_positive_is_refused_by_name(value):
    wrong = Source("prior", Estimate(value=value, low=value - 1, high=value + 1, level=0.9, n=0, unit="EUR"))

    with pytest.raises(InvalidInput, match="prior: worth must be positive"):
        pooled(source("outcomes", 40, times=1.2), wrong)
