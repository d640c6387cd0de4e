"""Prices and sales of orange juice in 83 shops: what raises are measured with, against plain regressions.

The copy has no shop and no week, but its rows come shop by shop, brand by brand, in the order of weeks: three runs of
equal length a shop. Weeks of different shops are matched by their place in these runs, which is roughly the calendar's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.checks import Floats
from models.pricing.raises.roll_out import NEVER, RollOut
from models.pricing.raises.staggered import Effect, Imputation
from models.pricing.raises.two_way import TwoWay
from models.retention.ledger import Ints

pytestmark = pytest.mark.real_data

BRANDS = ("tropicana", "minute.maid", "dominicks")
SHOPS = 83
DEAL, SAME = np.log(1.1), 0.03
"""A deal begins where the price falls by more in logs, and lasts while it stays as near."""
FIRST, LAST = 2, 60
"""Weeks in which first deals are looked for: in the first two every shop's price moves."""


@dataclass(frozen=True)
class Brand:
    """Logs of price and sales, shops × weeks, NaN where a shop has no such week."""

    price: Floats
    sales: Floats

    def first_deals(self) -> tuple[Brand, Ints]:
        """Return weeks up to the end of each shop's first deal, and in which week it began."""
        price, sales = (each[:, FIRST:LAST].copy() for each in (self.price, self.sales))
        since = np.full(SHOPS, NEVER)
        for shop in range(SHOPS):
            falls = np.flatnonzero(np.diff(price[shop]) < -DEAL) + 1
            if falls.size:
                since[shop] = start = falls[0]
                moved = np.flatnonzero(np.abs(price[shop, start:] - price[shop, start]) > SAME)
                end = start + moved[0] if moved.size else price.shape[1]
                price[shop, end:], sales[shop, end:] = np.nan, np.nan
        return Brand(price, sales), since


@pytest.fixture(scope="module")
def rows(real_data: Path) -> pd.DataFrame:
    found = pd.read_csv(real_data / "oj_prices" / "oj.csv.gz")
    run = (found["brand"] != found["brand"].shift()).cumsum() - 1
    return found.assign(
        shop=run // 3, week=found.groupby(run).cumcount(), log_price=np.log(found["price"]),
        log_sales=np.log(found["sales"]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def brands(rows: pd.DataFrame) -> dict[str, Brand]:
    return {
        name: Brand(
            *(
                own.pivot_table(index="shop", columns="week", values=column).to_numpy()
                for column in ("log_price", "log_sales")
            )
        )
        for name, own in rows.groupby("brand")
    }


def by_dummies(y: Floats, cells: np.ndarray, x: Floats | None = None) -> tuple[Floats, float]:
    """Return effects of shop and week for every cell by least squares on dummies, and the slope on x."""
    shop, week = np.nonzero(cells)
    design = np.zeros((shop.size, cells.shape[0] + cells.shape[1]))
    design[np.arange(shop.size), shop] = 1
    design[np.arange(shop.size), cells.shape[0] + week] = 1
    columns = design if x is None else np.column_stack([design, x[cells]])
    found = np.linalg.lstsq(columns, y[cells], rcond=None)[0]
    level = found[: cells.shape[0], None] + found[None, cells.shape[0] : sum(cells.shape)]
    return level, float(found[-1])


def deal(brand: Brand, outcome: str) -> tuple[Effect, Floats, Ints]:
    until, since = brand.first_deals()
    y = getattr(until, outcome)
    return Imputation().fit(RollOut(y, since)), y, since


def test_rows_are_shops_of_three_brands_in_the_same_weeks(rows: pd.DataFrame) -> None:
    weeks = rows.pivot_table(index="shop", columns="brand", values="week", aggfunc="count")

    assert tuple(rows["brand"].unique()) == BRANDS
    assert weeks.shape == (SHOPS, 3)
    assert (weeks.min(axis=1) == weeks.max(axis=1)).all()


def test_elasticity_within_shops_and_weeks_is_that_of_a_regression_on_dummies(
    brands: dict[str, Brand],
) -> None:
    """Dearer juice sells less, most so where the price moves most; within a thousandth of the plain regression."""
    found = {}
    for name, brand in brands.items():
        cells = np.isfinite(brand.price)
        moved = TwoWay(cells).residual(brand.price)
        found[name] = float((moved * np.where(cells, brand.sales, 0)).sum() / (moved**2).sum())
        assert found[name] == pytest.approx(by_dummies(brand.sales, cells, brand.price)[1], rel=1e-9)

    assert found == pytest.approx({"dominicks": -3.617, "minute.maid": -4.447, "tropicana": -3.136}, abs=5e-4)


@pytest.mark.parametrize("name", BRANDS)
def test_what_a_first_deal_did_is_that_of_an_imputation_by_dummies(
    brands: dict[str, Brand], name: str
) -> None:
    found, y, since = deal(brands[name], "sales")
    after = np.arange(y.shape[1]) - since[:, None]
    level, _ = by_dummies(y, np.isfinite(y) & (after < 0))
    during = np.isfinite(y) & (after >= 0)
    # Weeks in which every shop had its deal have nobody to compare with.
    during &= (np.isfinite(y) & (after < 0)).any(axis=0)

    assert found.cells == during.sum()
    assert found.effect.value == pytest.approx(float((y - level)[during].mean()), rel=1e-6)
    assert found.effect.low is not None
    assert found.effect.low > 0


@pytest.mark.parametrize("name", BRANDS)
def test_deals_are_not_taken_for_an_experiment(brands: dict[str, Brand], name: str) -> None:
    """They come when a shop's sales have already gone another way: the trend before says so, and the product warns."""
    assert deal(brands[name], "sales")[0].before.chance < 0.001


def test_deals_move_volume_more_than_prices_do_within_shops_where_people_stock_up(
    brands: dict[str, Brand],
) -> None:
    """Effect on volume ÷ effect on price, and the same by two-way fixed effects: as the page on methods has them."""
    effects = {
        name: [deal(brand, outcome)[0] for outcome in ("sales", "price")] for name, brand in brands.items()
    }

    imputed = {name: sales.effect.value / price.effect.value for name, (sales, price) in effects.items()}
    two_way = {name: sales.two_way / price.two_way for name, (sales, price) in effects.items()}
    assert imputed == pytest.approx({"tropicana": -2.7, "minute.maid": -6.2, "dominicks": -4.5}, abs=0.05)
    assert two_way == pytest.approx({"tropicana": -3.0, "minute.maid": -7.0, "dominicks": -5.1}, abs=0.05)
