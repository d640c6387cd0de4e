"""`SurveyMethod`: what every way of asking for prices takes and returns.

A method is one module of this package with one public subclass; its name is the API's `method`. Its answers
are a frozen dataclass of arrays that is made from the columns of one contract table, and so a new method is
one new file: the reader of tables, the API's vocabulary and the contract tests need no edit.

Notation
--------
n : respondents      c : (n,) the cluster of each respondent: contacts of one customer answer together
w : (n,) weights     p : (k,) prices, money per unit (an item that is a metric) or per month (a plan)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.clusters import Codes, clusters_of
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.progress import Progress, silent, stretch

Columns = Mapping[str, NDArray[Any]]
"""A table's columns, equally long: numbers as floats (NaN = not answered), texts as objects (None = not given)."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a survey was about and how its numbers are to be given.

    Parameters
    ----------
    unit
        Of a price: ``EUR/posting`` for a metric, ``EUR/month`` for a plan.
    level
        The intervals' nominal coverage, in (0, 1).
    unit_cost
        What one unit costs us, money per unit; None where unknown: then there is no best price by profit.
    seed
        Of all random draws.
    resamples
        Bootstrap samples by cluster, ≥ 1.
    progress
        Told how far the reading has come. It is no part of what was asked: equal questions may tell different people.
    """

    unit: str
    level: float = 0.9
    unit_cost: float | None = None
    seed: int = 0
    resamples: int = 1000
    progress: Progress = field(default=silent, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InvalidInput(f"level must be between 0 and 1, got {self.level}")
        if self.resamples < 1:
            raise InvalidInput(f"resamples must be ≥ 1, got {self.resamples}")
        if self.unit_cost is not None and not (np.isfinite(self.unit_cost) and self.unit_cost >= 0):
            raise InvalidInput(f"unit_cost must be finite and ≥ 0, got {self.unit_cost}")

    def part(self, first: float, last: float) -> Asked:
        """Return the same for a part of the reading, which runs from one share of the whole to another."""
        return replace(self, progress=stretch(self.progress, first, last))

    def label(self, method: str, *, unit: str | None = None) -> Label:
        """Return the label of an estimate that is made by `method`, in the survey's unit by default."""
        return Label(unit=unit or self.unit, method=method, level=self.level)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """The share of respondents who would buy (or, where a method says so, consider) at each price.

    `price`, `share`, `low`, `high`: shape (k,), prices rising, shares 0–1 with low ≤ share ≤ high pointwise.
    """

    price: Floats
    share: Floats
    low: Floats
    high: Floats

    def to_json(self) -> list[dict[str, float]]:
        """Return one object a price, as the API shows it."""
        columns = (self.price, self.share, self.low, self.high)
        return [
            dict(zip(("price", "share", "low", "high"), map(float, row), strict=True))
            for row in zip(*columns, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Flag:
    """A kind of doubtful answer: its stable code, a sentence for people, and the ids of those who gave it, sorted."""

    code: str
    message: str
    respondents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a method reads out of its answers.

    Parameters
    ----------
    about
        ``willingness``: what respondents would pay; ``worth``: what one unit is worth to them.
    respondents, clusters
        How many people answered, and how many independent customers (or lone respondents) they stand for.
    typical
        The median respondent's willingness to pay (or worth), in the survey's unit.
    spread
        How much respondents differ in it: the scale of its log, their standard deviation where it is log-normal;
        None where the method does not tell.
    points
        Further named points of the method, such as Van Westendorp's ``pmc``, ``opp``, ``idp``, ``pme``.
    best_price
        The best price by ``revenue``, ``reach`` and ``profit``; what a method cannot tell is null with a reason.
    demand
        None where the method has no demand curve.
    flags
        Doubtful answers, by kind.
    caveats
        What a reader must know before relying on any of it.
    details
        What else the method has to say, JSON-ready (part-worths, model weights, anchoring, …).
    """

    about: Literal["willingness", "worth"]
    respondents: int
    clusters: int
    typical: Estimate
    spread: Estimate | None = None
    points: Mapping[str, Estimate] = field(default_factory=dict)
    best_price: Mapping[str, Estimate] = field(default_factory=dict)
    demand: Demand | None = None
    flags: tuple[Flag, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class Answers(ABC):
    """Answers to one survey about one item, as arrays; each method's own type is a frozen dataclass.

    `table` is the contract table that they come from and `required` the columns of it without which the method
    has nothing to read: where one of them is empty throughout, the method is not offered.
    """

    table: ClassVar[str]
    required: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def of(cls, columns: Columns) -> Answers:
        """Make the answers from the table's columns (contract names), rows sorted by the table's key."""

    @classmethod
    def offered(cls, columns: Columns) -> bool:
        """Whether every required column has at least one answer."""
        return all(name in columns and given(columns[name]).any() for name in cls.required)


Its = TypeVar("Its", bound=Answers)


class SurveyMethod(ABC, Generic[Its]):
    """One way of asking. The constructor takes the method's own options, keyword-only, and stores them."""

    title: ClassVar[str]
    """For people, such as ``Van Westendorp``."""
    answers: ClassVar[type[Answers]]
    """The method's own type of answers."""
    about: ClassVar[Literal["willingness", "worth"]] = "willingness"
    """What it asks for: what respondents would pay, or what one unit is worth to them."""

    @abstractmethod
    def read(self, answers: Its, asked: Asked) -> Reading:
        """Read demand and prices out of the answers.

        Raises
        ------
        NotEstimable
            Where the answers cannot carry the method at all.
        """


def clusters(columns: Columns) -> Codes:
    """Return the cluster of each row, shape (n,), codes 0 … in the order in which they first stand.

    Rows of one customer are one cluster; a respondent without a customer is a cluster of its own.

    Examples
    --------
    >>> rows = {"respondent_id": np.array(["r1", "r2", "r3"]), "customer_id": np.array(["c", None, "c"])}
    >>> clusters(rows)
    array([0, 1, 0])
    """
    respondents: Sequence[Any] = columns["respondent_id"].tolist()
    customers: Sequence[Any] = columns["customer_id"].tolist() if "customer_id" in columns else []
    return clusters_of(respondents, customers or [None] * len(respondents))


def weights_of(columns: Columns) -> Floats:
    """Return the weight of each row, shape (n,): 1 where none is given."""
    n = len(columns["respondent_id"])
    given = columns.get("weight")
    return np.ones(n) if given is None else np.where(np.isfinite(given), given, 1.0).astype(np.float64)


def given(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows of a column say anything, shape (n,)."""
    if column.dtype == object:
        return np.array([value is not None for value in column], dtype=np.bool_)
    return np.isfinite(column.astype(np.float64))
