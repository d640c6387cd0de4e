"""`Decision`: what every kind of analysis declares and how it is asked.

A kind is one module of this package; its name is the API's `kind`. Decisions take data and return plain
values: they neither load nor save.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from pricing_service.panel import StoredPanel

Progress = Callable[[str, int, int], None]
"""Called as progress(step, done, total): the step in plain words, work done and work in all."""


class Options(BaseModel):
    """The options that every kind takes; each kind adds its own by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date | None = Field(
        None, description="the day up to which data count; default: the last with data"
    )
    level: float = Field(0.9, gt=0.5, lt=1, description="the intervals' nominal coverage, a share")
    segment_by: str | None = Field(None, description="a trait by which results are also shown")


@dataclass(frozen=True)
class Need:
    """A table that a kind needs; any one of `tables` serves, the first is the usual one.

    `unlocks` says what it makes possible, `cheapest` the cheapest way to get it: both are shown to the user.
    """

    tables: tuple[str, ...]
    unlocks: str
    cheapest: str


@dataclass(frozen=True)
class Outcome:
    """What a decision returns: the API's `result`, and the per-customer table where the kind has one.

    `result` holds only what JSON can carry; `rows` maps column names to equally long lists.
    """

    result: dict[str, Any]
    rows: Mapping[str, Sequence[Any]] | None = field(default=None)


class Decision(ABC):
    """One kind of analysis."""

    title: ClassVar[str]
    needs: ClassVar[tuple[Need, ...]] = ()
    options: ClassVar[type[Options]] = Options

    @abstractmethod
    def decide(self, panel: StoredPanel, options: Any, *, seed: int, progress: Progress) -> Outcome:
        """Answer the question that the kind stands for."""
