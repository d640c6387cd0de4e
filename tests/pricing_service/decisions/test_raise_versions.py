"""The version of its plan's price that a customer is on is that of the day on which its price was last set."""

from __future__ import annotations

from datetime import date

import pytest

from pricing_service.decisions._raise_contracts import Contract
from pricing_service.decisions._raise_versions import price_versions
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import customers_of, raised, raising_board
from tests.pricing_service.decisions.small_business import Row

BEFORE, FIRST, SECOND = "before 2024-01-01", "2024-01-01", "2025-01-01"


def line(plan: str, begins: str) -> Row:
    return {"plan": plan, "price": 90, "valid_from": begins}


@pytest.fixture(scope="module")
def panel(front_door: FrontDoor) -> StoredPanel:
    tables = raising_board(60)
    tables["price_book"] = [line("small", FIRST), line("small", SECOND), line("large", "")]
    return front_door(tables)


def version(panel: StoredPanel, plan: str, since: date | None, raised: date | None = None) -> str:
    return str(price_versions(panel, [Contract(plan=plan, on_plan_since=since)], [raised])[0])


@pytest.mark.parametrize(
    ("since", "raised", "expected"),
    [
        (date(2023, 6, 1), None, BEFORE),
        (date(2024, 1, 1), None, FIRST),
        (date(2024, 12, 31), None, FIRST),
        (date(2025, 1, 1), None, SECOND),
        (date(2023, 6, 1), date(2025, 3, 1), SECOND),
        (date(2025, 3, 1), date(2024, 3, 1), SECOND),
        (None, None, ""),
    ],
)
def test_the_latest_day_up_to_the_last_price_decides(panel: StoredPanel, since, raised, expected):
    assert version(panel, "small", since, raised) == expected


def test_without_a_day_from_which_lines_are_valid_nothing_tells(panel: StoredPanel, raising: StoredPanel):
    assert version(panel, "large", date(2024, 1, 1)) == ""
    assert version(panel, "another", date(2024, 1, 1)) == ""
    assert version(raising, "small", date(2024, 1, 1)) == ""


def test_customers_on_two_versions_of_one_plan_are_not_alike(panel: StoredPanel):
    found = customers_of(panel)

    codes, names = found.groups(["plan", "version"])

    assert names == ["large · ?", "small · 2024-01-01", "small · 2025-01-01"]
    assert {name: set(found.version[codes == at]) for at, name in enumerate(names)} == {
        "large · ?": {""}, "small · 2024-01-01": {FIRST}, "small · 2025-01-01": {SECOND},
    }  # fmt: skip


def test_where_no_version_is_known_groups_are_as_without(raising: StoredPanel):
    found = customers_of(raising)

    by_version, names = found.groups(["plan", "version", "usage_band"])
    without, same = found.groups(["plan", "usage_band"])

    assert (by_version == without).all()
    assert names == same
    assert found.groups(["version"])[1] == ["?"]


def test_the_plan_raises_versions_apart_and_says_what_that_costs(front_door: FrontDoor):
    tables = raising_board()
    tables["price_book"] = [line("small", FIRST), line("small", SECOND)]

    answer = raised(front_door(tables)).result

    groups = {group["group"] for group in answer["policy"]["groups"]}
    assert any(SECOND in name for name in groups)
    assert answer["options"]["fairness_by"] == ["plan", "version", "usage_band"]
    assert answer["beside"]["without_fairness"]["lifetime_value_change"]["value"] is not None
