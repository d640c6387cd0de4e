"""A business with all that re-rating has to get right: plans changed within a month, two products, trials, years."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from pricing_service.ingest import Folder, ingest
from pricing_service.panel import StoredPanel, panel_of

FIRST, AFTER = date(2023, 12, 1), date(2024, 8, 1)  # February of a leap year is within
AS_OF = AFTER - timedelta(days=1)
PLANS = ("a", "b", "legacy")


@dataclass(frozen=True)
class Stretch:
    customer: str
    subscription: str
    product: str
    plan: str
    start: date
    end: date | None
    mrr: Decimal
    term_months: int
    status: str


@dataclass(frozen=True)
class Use:
    customer: str
    day: date
    metric: str
    units: Decimal


@dataclass(frozen=True, repr=False)
class Business:
    stretches: list[Stretch]
    usage: list[Use]

    def panel(self, folder: Path) -> StoredPanel:
        """The same through the front door: files, checked, as a panel."""
        tables = folder / "tables"
        tables.mkdir(parents=True)
        lines = [
            f"{s.customer},{s.subscription},{s.product},{s.plan},{s.start},{s.end or ''},{s.mrr},"
            f"{s.term_months},{s.status}"
            for s in self.stretches
        ]
        head = "customer_id,subscription_id,product,plan,start,end,mrr,term_months,status"
        (tables / "subscriptions.csv").write_text("\n".join([head, *lines]) + "\n")
        used = [f"{u.customer},{u.day},{u.metric},{u.units}" for u in self.usage]
        (tables / "usage.csv").write_text("\n".join(["customer_id,date,metric,units", *used]) + "\n")
        (tables / "metrics.csv").write_text(
            "metric,kind,aggregate,unit_name\ncalls,flow,sum,call\nseats,stock,last,seat\n"
        )
        dataset = ingest(Folder(tables), folder=folder / "checked", currency="EUR")
        assert not dataset.report["reasons"], dataset.report["reasons"]
        return panel_of(dataset, folder=folder / "panel", as_of=AS_OF)


def make_business(customers: int = 40, *, seed: int = 3) -> Business:
    """Chance within fixed rules; the same seed gives the same business."""
    chance = random.Random(seed)
    stretches, usage = [], []
    for number in range(customers):
        name = f"c{number:02d}"
        stretches += _subscription(chance, name, "s1", "core")
        if number % 4 == 0:
            stretches += _subscription(chance, name, "s2", "extra")
        begins = min(s.start for s in stretches if s.customer == name)
        for day in _days(max(begins, FIRST)):
            if chance.random() < 0.15:
                usage.append(
                    Use(name, day, "calls", Decimal(chance.randint(1, 4000)) / chance.choice([1, 8]))
                )
        if number % 7:  # of some customers nobody knows the seats
            usage += [
                Use(name, day, "seats", Decimal(chance.randint(1, 30)))
                for day in [begins, *chance.sample(list(_days(begins)), 2)]
            ]
    seen: dict[tuple[str, date, str], Use] = {(u.customer, u.day, u.metric): u for u in usage}
    return Business(stretches, list(seen.values()))


def _subscription(chance: random.Random, customer: str, subscription: str, product: str) -> list[Stretch]:
    """One to four stretches of one subscription, one after the other, with a pause in between at times."""
    day = date(2023, 10, 1) + timedelta(days=chance.randrange(150))
    stretches = []
    for _ in range(chance.randint(1, 4)):
        end = day + timedelta(days=chance.randint(5, 120))
        last = end >= AFTER or chance.random() < 0.3
        stretches.append(
            Stretch(
                customer, subscription, product, chance.choice(PLANS), day, None if last else end,
                Decimal(chance.randint(0, 90_000)) / 100, chance.choice([1, 12]),
                chance.choice(["active"] * 6 + ["trial", "paused", "past_due"]),
            )
        )  # fmt: skip
        if last:
            break
        day = end + timedelta(days=chance.choice([0, 0, 0, 9]))
    return stretches


def _days(begins: date) -> list[date]:
    return [begins + timedelta(days=n) for n in range((AFTER - begins).days)]
