"""The way through the front door, and the businesses that several tests look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.raising_business import TERMS, raising_board
from tests.pricing_service.decisions.small_business import Tables, job_board, panel_from

FrontDoor = Callable[[Tables], StoredPanel]


@pytest.fixture(scope="session")
def front_door(tmp_path_factory: pytest.TempPathFactory) -> FrontDoor:
    """A function from tables to the panel that ingest makes of them."""
    return lambda tables: panel_from(tables, tmp_path_factory.mktemp("business"))


@pytest.fixture(scope="session")
def ordinary(front_door: FrontDoor) -> StoredPanel:
    """Sixty customers who all report; value follows postings."""
    return front_door(job_board())


@pytest.fixture(scope="session")
def gross(front_door: FrontDoor) -> StoredPanel:
    """The same, but nobody has judged how much of the value is owed to the product."""
    return front_door(job_board(attribution=None))


@pytest.fixture(scope="session")
def half_silent(front_door: FrontDoor) -> StoredPanel:
    """A hundred customers of whom every other reports nothing."""
    tables = job_board(100)
    tables["outcomes"] = [row for row in tables["outcomes"] if int(str(row["customer_id"])[1:]) % 2 == 0]
    return front_door(tables)


@pytest.fixture(scope="session")
def silent(front_door: FrontDoor) -> StoredPanel:
    """Sixty customers of whom nobody reports; today's bills are charged by seats."""
    tables = job_board()
    del tables["outcomes"]
    return front_door(tables)


@pytest.fixture(scope="session")
def fruitless(front_door: FrontDoor) -> StoredPanel:
    """Sixty customers who all report that they achieved nothing."""
    tables = job_board()
    tables["outcomes"] = [row | {"amount": 0} for row in tables["outcomes"]]
    return front_door(tables)


@pytest.fixture(scope="session")
def circular(front_door: FrontDoor) -> StoredPanel:
    """Beside hires, a KPI that is five times the seats; see `circular_alone` for it alone."""
    return front_door(with_seats_as_kpi(job_board()))


@pytest.fixture(scope="session")
def circular_alone(front_door: FrontDoor) -> StoredPanel:
    """All that customers report is five times their seats."""
    tables = with_seats_as_kpi(job_board())
    tables["outcomes"] = [row for row in tables["outcomes"] if row["kpi"] == "activity"]
    return front_door(tables)


def with_seats_as_kpi(tables: Tables) -> Tables:
    seats = [row for row in tables["usage"] if row["metric"] == "seats"]
    tables["outcomes"] += [
        {
            "customer_id": row["customer_id"],
            "date": row["date"],
            "kpi": "activity",
            "amount": 5 * row["units"],
        }
        for row in seats
    ]
    tables["kpis"].append(tables["kpis"][0] | {"kpi": "activity"})
    return tables


@pytest.fixture(scope="session")
def raising(front_door: FrontDoor) -> StoredPanel:
    """Two hundred customers of whom half were raised by lot, a year and a half ago."""
    return front_door(raising_board())


@pytest.fixture(scope="session")
def raise_study(raising: StoredPanel) -> RaiseStudy:
    """What its raises are weighed by."""
    return RaiseStudy.of(raising, TERMS)


@pytest.fixture(scope="session")
def never_raised(front_door: FrontDoor) -> StoredPanel:
    """The same customers, of whom nobody was ever told a price."""
    return front_door(raising_board(told=False))
