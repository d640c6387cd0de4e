"""What holds for every kind of analysis, on ordinary and on odd data: the contract's shapes, and equal bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from experiments.market import Regime, draw_business, simulate, write_dataset
from pricing_service.dataset import Dataset
from pricing_service.decisions import DECISIONS, Outcome, canonical_json
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, build_panel, panel_of, store_panel
from tests.pricing_service.decisions.small_business import Tables, job_board, panel_from

pytestmark = pytest.mark.slow

KINDS = sorted(DECISIONS)
ESTIMATE = {"value", "low", "high", "level", "n", "unit", "method", "warnings", "reason"}
RESULT = {
    "value_metrics": {
        "recommended", "verdict", "tied_with", "customers_needed", "coverage", "ranking", "sentences", "options",
    },
    "unit_worth": {
        "metric", "worth", "worth_by_units", "ideal", "marginal", "basis", "distribution", "by_segment", "evidence",
        "coverage", "price_corridor", "recommended_price", "sentences", "options",
    },
    "tiers": {
        "metric", "tiers", "expected", "certificate", "by_tier_count", "against_today", "fences", "sentences",
        "options", "today_rests_on", "usual_discount",
    },
    "willingness_to_pay": {"items", "sentences", "options"},
    "ideal_customers": {"profile", "score_quality", "customers", "sentences", "options"},
    "growth": {
        "months", "convention", "variants", "cohorts", "doubled", "forecast", "forces", "valuation",
        "lifetime_value", "cac_payback_months", "leaving", "ends", "buyers", "sentences", "options",
    },
    "raises": {
        "policy", "expected", "elasticity", "skipped", "earned", "beside", "band", "would_tell", "waves", "hold_out",
        "features", "past_raises", "customers", "sentences", "options", "before_after", "break_even", "frontier",
        "right_size", "coming", "bargaining", "threats", "break_even_by_segment", "usual_raise",
        "grandfathering",
        "above_willingness",
    },
    "report": {"analyses", "missing", "failed", "options"},
}  # fmt: skip
"""Fields that the API promises of each kind."""
RANKED = {
    "metric", "spread", "between", "within", "inside", "growth", "zero_value_share", "value_without_units_share",
    "capture_efficiency", "probability_best", "eligible", "reasons",
}  # fmt: skip


@dataclass
class Told:
    """Remembers what progress was told."""

    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def __call__(self, step: str, done: int, total: int) -> None:
        self.steps.append((step, done, total))


def ask(
    kind: str, panel: StoredPanel, told: Callable[[str, int, int], None] | None = None, **options: object
) -> Outcome:
    decision = DECISIONS[kind]
    return decision().decide(panel, decision.options(**options), seed=11, progress=told or Told())


def odd_businesses() -> dict[str, Tables]:
    silent, fruitless, lonely = job_board(12), job_board(12), job_board(1)
    del silent["outcomes"], silent["subscriptions"]
    fruitless["outcomes"] = [row | {"amount": 0} for row in fruitless["outcomes"]]
    return {
        "ordinary": job_board(50, attribution=None),
        "silent": silent,
        "fruitless": fruitless,
        "one": lonely,
    }


@pytest.fixture(scope="module", params=["ordinary", "silent", "fruitless", "one", "simulated"])
def panel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    folder = tmp_path_factory.mktemp("panel")
    if request.param != "simulated":
        return panel_from(odd_businesses()[request.param], folder)
    # Sixty-six customers, four metrics, many zeros, and reporting that differs between customers.
    business = draw_business(38, Regime.ZEROS)
    write_dataset(simulate(business, 38), folder / "raw")
    dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
    return panel_of(dataset, folder=folder / "panel")


@pytest.fixture(scope="module")
def results(panel: StoredPanel) -> dict[str, tuple[dict[str, Any], Told]]:
    found = {}
    for kind in KINDS:
        told = Told()
        outcome = ask(kind, panel, told)
        found[kind] = (json.loads(canonical_json(outcome.result)), told)
    return found


def objects(value: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a result with its path; what the caller put in is left out, and so is the data report."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            if key not in {"options", "data"}:
                yield from objects(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from objects(inner, f"{path}/{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_has_the_fields_that_are_promised(
    kind: str, results: dict[str, tuple[dict[str, Any], Told]]
) -> None:
    result = results[kind][0]

    assert set(result) >= RESULT[kind]
    for entry in result.get("ranking", []):
        assert set(entry) >= RANKED
        assert entry["eligible"] in {"yes", "no", "unknown"}
        assert set(entry["growth"]) >= {"rank", "slope", "slope_bounds"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_estimate_is_whole_and_unknown_only_with_a_reason(
    kind: str, results: dict[str, tuple[dict[str, Any], Told]]
) -> None:
    estimates = [
        (path, each) for path, each in objects(results[kind][0]) if {"value", "low", "high"} <= set(each)
    ]

    assert estimates
    for path, each in estimates:
        assert set(each) >= ESTIMATE, path
        numbers = [each[end] for end in ("low", "value", "high")]
        assert (each["reason"] is None) == (each["value"] is not None), path
        assert all(number is None for number in numbers) or numbers == sorted(numbers), path


@pytest.mark.parametrize("kind", KINDS)
def test_every_missing_number_has_its_reason_beside_it(
    kind: str, results: dict[str, tuple[dict[str, Any], Told]]
) -> None:
    """Beside a null stands `reasons`; in the ranking, whose `reasons` is a list, `reasons_for_null`."""
    for path, each in objects(results[kind][0]):
        if set(each) >= ESTIMATE:
            continue
        beside = [each.get("reasons"), each.get("reasons_for_null")]
        named = {key for reasons in beside if isinstance(reasons, dict) for key in reasons}
        # A chart's rows hold what can be drawn; whatever is missing there is an estimate elsewhere.
        nulls = {key for key, value in each.items() if value is None} if "/charts/" not in path else set()
        assert nulls <= named, path


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_are_plain_and_whole(kind: str, results: dict[str, tuple[dict[str, Any], Told]]) -> None:
    for path, each in objects(results[kind][0]):
        for sentence in each.get("sentences", []):
            assert sentence.endswith("."), path
            assert not any(word in sentence for word in ("None", "nan", "  ", "..", "{")), sentence
            assert not re.search(r"(?<![\d,])1 customers", sentence), sentence


@pytest.mark.parametrize("kind", KINDS)
def test_options_are_echoed_with_their_defaults(
    kind: str, panel: StoredPanel, results: dict[str, tuple[dict[str, Any], Told]]
) -> None:
    echoed = results[kind][0]["options"]

    assert set(echoed) == set(DECISIONS[kind].options.model_fields)
    assert echoed["level"] == 0.9
    assert echoed["as_of"] == panel.as_of.isoformat()


@pytest.mark.parametrize("kind", KINDS)
def test_progress_is_told_and_ends(kind: str, results: dict[str, tuple[dict[str, Any], Told]]) -> None:
    steps = results[kind][1].steps

    assert all(0 <= done <= total and step for step, done, total in steps)
    assert steps[0][1] == 0
    assert steps[-1][1] == steps[-1][2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_level_that_is_asked_for_is_the_level_of_every_estimate(kind: str, ordinary: StoredPanel) -> None:
    result = ask(kind, ordinary, level=0.8).result

    levels = {
        each["level"] for path, each in objects(result) if set(each) >= ESTIMATE and "prior" not in path
    }
    assert levels == {0.8}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return job_board(30)


@pytest.fixture(scope="module")
def ordinary(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    return panel_from(tables, tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="module")
def shuffled(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    """The same rows in another order, and the panel built by another number of threads."""
    folder = tmp_path_factory.mktemp("shuffled")
    rng = np.random.default_rng(5)
    mixed = {name: [rows[at] for at in rng.permutation(len(rows))] for name, rows in tables.items()}
    dataset = Dataset.open(panel_from(mixed, folder).dataset.folder)  # type: ignore[union-attr]
    backend = dataset.connect(threads=3)
    made = build_panel({name: backend.table(name) for name in dataset.tables}, currency=dataset.currency)
    return store_panel(made, folder / "again", dataset=dataset)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_content_gives_equal_bytes_whatever_the_order_of_rows_and_threads(
    kind: str, ordinary: StoredPanel, shuffled: StoredPanel
) -> None:
    one, other = ask(kind, ordinary), ask(kind, shuffled)

    names = {"name": "", "data": {}}
    for outcome in (one, other):
        outcome.result.get("dataset", {}).update(names)
        outcome.result.pop("data", None)
    assert canonical_json(one.result) == canonical_json(other.result)
    assert one.rows == other.rows


@pytest.mark.parametrize("kind", KINDS)
def test_asking_twice_gives_equal_bytes_and_another_seed_does_not(kind: str, ordinary: StoredPanel) -> None:
    decision = DECISIONS[kind]

    def answer(seed: int) -> bytes:
        return canonical_json(
            decision().decide(ordinary, decision.options(), seed=seed, progress=Told()).result
        )

    assert answer(1) == answer(1)
    assert answer(1) != answer(2)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_never_leaves(number: float) -> None:
    with pytest.raises(ValueError, match="/ranking/0/spread"):
        canonical_json({"ranking": [{"spread": number}]})
