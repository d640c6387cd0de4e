"""An independent bill: slow, obviously right, in Python's decimals, one customer-month and one line at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext


@dataclass(frozen=True)
class SlowCharge:
    """A charge in money and units as people write them."""

    metric: int
    included: Decimal | None
    blocks: tuple[tuple[Decimal, Decimal], ...] = ()  # from so many units on, at this price each
    step: Decimal = Decimal(0)
    by_days: bool = False
    parts: int = 1  # prices are divided by so many: by 12 where they are a year's


@dataclass(frozen=True)
class SlowTariff:
    price: Decimal  # a month
    charges: tuple[SlowCharge, ...] = ()
    prorates_units: bool = False
    parts: int = 1


@dataclass(frozen=True)
class SlowMonth:
    units: tuple[Decimal, ...]
    days: int
    month_days: int
    metered: bool = True


@dataclass(frozen=True)
class SlowBill:
    lines: list[Decimal] = field(default_factory=list)
    carried: bool = True

    @property
    def total(self) -> Decimal:
        return sum(self.lines, Decimal(0))


def slow_bill(tariff: SlowTariff, month: SlowMonth, *, decimals: int) -> SlowBill:
    """Each line of one month, rounded half-even to the currency's decimals."""
    with localcontext() as exact:
        exact.prec = 80
        smallest = Decimal(1).scaleb(-decimals)

        def rounded(amount: Decimal, parts: int = 1) -> Decimal:
            # A quotient of 80 digits that is not a half exactly is not a half: days are few.
            return (amount / parts).quantize(smallest, rounding=ROUND_HALF_EVEN)

        lines = [rounded(tariff.price * month.days, month.month_days * tariff.parts)]
        carried = True
        for charge in tariff.charges:
            if charge.included is None:
                continue
            units = month.units[charge.metric] if month.metered or charge.by_days else Decimal(0)
            included = charge.included
            if tariff.prorates_units:
                share = included * month.days / month.month_days
                included = share.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
            if not charge.blocks:
                carried &= units <= included
                continue
            above = max(units - included, Decimal(0))
            if charge.step:
                above = (above / charge.step).to_integral_value(ROUND_CEILING) * charge.step
            for at, (start, price) in enumerate(charge.blocks):
                end = charge.blocks[at + 1][0] if at + 1 < len(charge.blocks) else None
                sold = _overlap(included, included + above, start, end)
                if charge.by_days:
                    days = min(month.days, month.month_days)
                    lines.append(rounded(sold * price * days, month.month_days * charge.parts))
                else:
                    lines.append(rounded(sold * price, charge.parts))
        return SlowBill(lines, carried)


def _overlap(low: Decimal, high: Decimal, start: Decimal, end: Decimal | None) -> Decimal:
    """Units of (low, high] that lie in the block (start, end]."""
    top = high if end is None else min(high, end)
    return max(top - max(low, start), Decimal(0))
