"""What may be asked of a simulation."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.errors import InvalidInput
from models.pricing.rating.behaviour import ElasticLeaving


class SimulationOptions(BaseModel):
    """The options of a simulation; all are optional and echoed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date | None = Field(
        None, description="the day up to which data count; default: the last with data"
    )
    months: int | None = Field(
        None, ge=1, le=1200, description="the last so many complete months; default: all with usage"
    )
    metrics: dict[str, str] = Field(
        {}, description="a metric of the book → its name in the data, where they differ"
    )
    billed_on: date | None = Field(
        None, description="the day whose grandfathering counts; default: the last with data"
    )
    leaving: Literal["evidence", "assumed"] = Field(
        "evidence",
        description="who leaves: by evidence of what customers would pay, where there is any, or as assumed",
    )
    leaving_metric: str | None = Field(
        None,
        description="the metric by whose units it is told what customers would pay; default: the one that "
        "value_metrics recommends",
    )
    leaving_low: float = Field(
        0.1,
        ge=0,
        le=10,
        description="assumed: the share of customers that leaves for each unit of relative rise, at least",
    )
    leaving_high: float = Field(0.5, ge=0, le=10, description="the same, at most")
    least_saving: float = Field(
        0.05, ge=0, lt=1, description="the share of its bill that a customer must save to change plans"
    )

    def assumed(self) -> ElasticLeaving:
        """Return the assumed rule of leaving.

        Raises
        ------
        InvalidInput
            If the band runs backwards.
        """
        if self.leaving_low > self.leaving_high:
            raise InvalidInput("leaving_low must not be above leaving_high")
        return ElasticLeaving(self.leaving_low, self.leaving_high)

    def assumptions(self, *, everybody: bool) -> dict[str, float]:
        """Return what is assumed: of who leaves too, or of who moves alone."""
        leaving = {"leaving_low": self.leaving_low, "leaving_high": self.leaving_high} if everybody else {}
        return leaving | {"least_saving": self.least_saving}
