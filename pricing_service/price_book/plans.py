"""Plans: what is sold at which price, with included units and graduated blocks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pricing_service.price_book.numbers import Amount, Value

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=20_000)]
Billing = Literal["monthly", "annual"]


class Noun(BaseModel):
    """What every part of a price book has in common: it never changes, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(Noun):
    """A graduated block: from so many units of the month on, each costs `price`."""

    from_units: Amount = Field(Decimal(0), description="units of the month at which the block begins")
    price: Amount = Field(description="money per unit, with up to six decimals")


class Charge(Noun):
    """What a plan asks for the units of one metric in a month."""

    metric: Name
    included_units: Amount | None = Field(
        Decimal(0), description="free units a month; null: as many as one likes"
    )
    blocks: tuple[Block, ...] = Field(
        (),
        max_length=100,
        description="prices beyond the included units; without any, more units need a larger plan",
    )
    unit_step: Amount | None = Field(None, description="units are sold in packs of so many")

    @model_validator(mode="after")
    def _blocks_rise(self) -> Charge:
        if self.blocks and self.blocks[0].from_units != 0:
            raise ValueError("the first block begins at 0 units")
        if any(one.from_units >= other.from_units for one, other in pairwise(self.blocks)):
            raise ValueError("blocks begin at rising units")
        if self.unit_step == 0:
            raise ValueError("a pack has more than 0 units")
        if self.included_units is None and self.blocks:
            raise ValueError("of unlimited units none is sold: leave out the blocks, or give included_units")
        return self


class Plan(Noun):
    """One line of the price list: a plan, billed monthly or annually.

    `price` is per month where billing is monthly and per year where it is annual; None where it is negotiated.
    Included units and blocks are per month in both.
    """

    name: Name
    product: Name | None = None
    billing: Billing = "monthly"
    price: Amount | None = Field(None, description="money per billing period; null: contact us")
    price_text: Text | None = Field(
        None, description="the price as it was written, where it was words or a formula"
    )
    unit: Text | None = Field(
        "/month", description="what the price is for: `/month`, or per unit as in `user/month`"
    )
    charges: tuple[Charge, ...] = Field((), max_length=50)
    replaces: tuple[Name, ...] = Field(
        (), max_length=100, description="plans of older books whose customers this one takes over"
    )
    description: Text | None = None
    private: bool = Field(False, description="kept for those who have it; nobody else is moved to it")
    features: dict[Name, Value] = Field({}, description="where they differ from the feature's default")
    usage_limits: dict[Name, Value] = Field({}, description="where they differ from the limit's default")

    @model_validator(mode="after")
    def _one_charge_a_metric(self) -> Plan:
        metrics = [*([self.per] if self.per else []), *(charge.metric for charge in self.charges)]
        if len(set(metrics)) < len(metrics):
            raise ValueError("a plan charges for each metric once")
        return self

    @property
    def per(self) -> str | None:
        """The metric whose every unit costs the price, None where the price is flat.

        Examples
        --------
        >>> Plan(name="PRO", price=9.99, unit="user/month").per, Plan(name="PRO", price=99).per
        ('user', None)
        """
        metric = (self.unit or "").partition("/")[0].strip()
        return metric or None

    @property
    def key(self) -> tuple[str | None, str, str]:
        """What names a line of the book."""
        return self.product, self.name, self.billing
