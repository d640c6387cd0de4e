"""What people say they would pay: every survey read by every method that fits it, with bands on every number."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

import models.progress
import models.surveys
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat
from models.progress import stretch
from models.registry import discover
from models.surveys._base import Asked, Reading, SurveyMethod
from models.surveys._calibrated import read_calibrated
from models.surveys._intent_calibration import CONVENTION, IntentCalibration, Shares
from models.surveys._market_of import Product
from pricing_service.decisions._base import Decision, Need, Options, Outcome, Progress
from pricing_service.decisions._coverage import last_day_of
from pricing_service.decisions._evidence import traits_of
from pricing_service.decisions._feature_preferences import TABLE as FEATURES
from pricing_service.decisions._feature_preferences import feature_preferences
from pricing_service.decisions._intent_pairs import calibration_of
from pricing_service.decisions._next_price import next_price
from pricing_service.decisions._survey_entries import answers_needed, entry_of, refused_entry
from pricing_service.decisions._surveys import Survey, surveys_of
from pricing_service.decisions._willingness_words import (
    feature_sentences,
    next_survey,
    willingness_sentences,
)
from pricing_service.panel import StoredPanel

Share = Annotated[float, Field(ge=0, le=1)]

_FAMILY: Mapping[str, type[SurveyMethod[Any]]] = discover(models.surveys, SurveyMethod)
METHODS = {name: method for name, method in _FAMILY.items() if method.about == "willingness"}
"""Every way of asking for willingness to pay, by the name that the API calls it."""

TABLES = tuple(dict.fromkeys(method.answers.table for method in METHODS.values()))

_MOST_FLAGGED = 0.5
"""Where more respondents than this share are doubtful, leaving them out would leave another survey."""


class ProductOption(BaseModel):
    """A product in a market: ours or a competitor's, with the attributes that choice tasks showed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    price: float = Field(ge=0, allow_inf_nan=False)
    own: bool = False
    unit_cost: float | None = Field(None, ge=0, allow_inf_nan=False)
    attributes: dict[str, float | str] = Field(default_factory=dict)

    def product(self) -> Product:
        """Return it as the models take it."""
        attributes = tuple(sorted(self.attributes.items()))
        return Product(
            name=self.name, price=self.price, own=self.own, unit_cost=self.unit_cost, attributes=attributes
        )


class WillingnessOptions(Options):
    """Options of willingness to pay."""

    items: list[str] | None = Field(None, min_length=1, description="metrics or plans; all by default")
    item: str | None = Field(
        None, description="what answers without an item are about: a metric (price of one unit) or a plan"
    )
    convention: Literal["inclusive", "strict"] = Field(
        "inclusive", description="whether a price that a respondent named counts as cheap itself"
    )
    range: Literal["original", "narrower"] = Field(
        "original", description="which curves bound the acceptable range of prices"
    )
    intersection: Literal["interval", "min", "max", "mean", "median"] = Field(
        "interval", description="which price stands for curves that meet on a stretch"
    )
    intransitive: Literal["model", "drop", "keep"] = Field(
        "model", description="what becomes of answers out of order"
    )
    unit_cost: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="what one unit costs us; default: the metric's unit_cost"
    )
    intent_calibration: tuple[Share, Share, Share, Share, Share] | None = Field(
        None,
        description="shares that buy, from 'very likely' (5) down to 'not at all' (1); default: as quotes to those"
        " who judged the price tell, else 0.7, 0.5, 0.3, 0.1, 0",
    )
    model: Literal["auto", "logit", "mixed_logit", "latent_class", "hierarchical_bayes"] = Field(
        "auto", description="how tastes may differ between people, for conjoint; auto lets the data choose"
    )

    products: list[ProductOption] | None = Field(
        None, min_length=1, description="products to set against each other by the choices of a conjoint"
    )

    def for_methods(self) -> dict[str, Any]:
        """Return the options as the methods take them."""
        return self.model_dump() | {
            "products": tuple(each.product() for each in self.products or ()),
            "intent_calibration": self.intent_calibration or CONVENTION,
        }

    @model_validator(mode="after")
    def _falling(self) -> WillingnessOptions:
        shares = list(self.intent_calibration or ())
        if shares != sorted(shares, reverse=True):
            raise ValueError(f"intent_calibration must not rise, got {shares}")
        return self


class WillingnessToPay(Decision):
    """Read demand curves, price points and best prices out of every survey in the dataset."""

    title = "Willingness to pay"
    needs = (
        Need(
            (*TABLES, FEATURES),
            unlocks="what people would pay: demand, the range of acceptable prices, the price that earns most",
            cheapest="ask thirty buyers four questions (respondent_id, too_cheap, cheap, expensive, too_expensive)",
        ),
    )
    options: ClassVar[type[Options]] = WillingnessOptions

    def decide(
        self, panel: StoredPanel, options: WillingnessOptions, *, seed: int, progress: Progress
    ) -> Outcome:
        """Read the surveys.

        Raises
        ------
        InvalidInput
            If an option names an item that no survey is about.
        """
        asked = surveys_of(panel, TABLES, unnamed=options.item)
        surveys = _chosen(asked, options)
        tasks = list(_offered(surveys))
        measured = None
        if options.intent_calibration is None:
            measured = calibration_of(panel, asked, level=options.level, seed=seed)
        given = options.for_methods() | ({} if measured is None else {"intent_calibration": measured})
        entries: list[dict[str, Any]] = []
        for done, (survey, name) in enumerate(tasks):
            its = stretch(partial(progress, METHODS[name].title), done / len(tasks), (done + 1) / len(tasks))
            its(0, 1)
            entries.append(_entry(survey, name, given, panel=panel, seed=seed, progress=its))
        if options.segment_by is not None:
            traits_of(panel).require(options.segment_by)
        as_of = last_day_of(panel) or options.model_dump(mode="json")["as_of"]
        result: dict[str, Any] = {
            "items": entries,
            "options": options.model_dump(mode="json")
            | {"as_of": as_of, "intent_calibration": list(_shares(given["intent_calibration"]))},
            "caveats": [*_refused_rows(surveys, panel), *_caveats(entries)],
        }
        wanted = feature_preferences(panel, level=options.level, seed=seed)
        if wanted is not None:
            result["features"] = wanted
        result["sentences"] = willingness_sentences(entries, panel) + feature_sentences(
            wanted, panel.currency
        )
        result["next_data"] = next_survey(entries, panel)
        progress(self.title, len(tasks), len(tasks))
        return Outcome(result)


def read_survey(survey: Survey, name: str, options: Mapping[str, Any], asked: Asked) -> Reading:
    """Read one survey by one method of the family; `options` may hold more than the method takes.

    Raises
    ------
    NotEstimable
        Where the answers cannot carry the method.
    """
    known = inspect.signature(_FAMILY[name].__init__).parameters
    own = tuple((key, value) for key, value in sorted(options.items()) if key in known)
    return _read_once(survey, name, own, asked)


@lru_cache(maxsize=8)
def _read_once(survey: Survey, name: str, own: tuple[tuple[str, Any], ...], asked: Asked) -> Reading:
    """Read a survey; a report asks for the same reading twice, and that of choices takes its ten seconds."""
    method, given = _FAMILY[name], dict(own)
    answers, calibration = method.answers.of(survey.columns), given.get("intent_calibration")
    if isinstance(calibration, IntentCalibration):
        return read_calibrated(
            lambda shares: method(**given | {"intent_calibration": shares}), answers, asked, calibration
        )
    reading: Reading = method(**given).read(answers, asked)
    return reading


def forget_readings() -> None:
    """Forget what was read: answers must not stay in a worker's memory after their report."""
    _read_once.cache_clear()


def unit_cost_of(survey: Survey, panel: StoredPanel, given: float | None) -> float | None:
    """Return what one unit of the survey's item costs us: as given, else as the metric says."""
    if given is not None:
        return given
    costs = {metric.metric: metric.unit_cost for metric in panel.metrics}
    return costs.get(survey.item or "")


def _chosen(surveys: list[Survey], options: WillingnessOptions) -> list[Survey]:
    if options.items is None:
        return surveys
    known = sorted({survey.item for survey in surveys if survey.item is not None})
    for item in options.items:
        if item not in known:
            raise InvalidInput(f"options.items: no survey is about {item!r}; there are {known}")
    return [survey for survey in surveys if survey.item in options.items]


def _offered(surveys: list[Survey]) -> Iterator[tuple[Survey, str]]:
    """Return each survey with each method that its answers are for."""
    for survey in surveys:
        for name, method in METHODS.items():
            if method.answers.table == survey.table and method.answers.offered(survey.columns):
                yield survey, name


def _shares(calibration: IntentCalibration | Shares) -> Shares:
    return calibration.shares if isinstance(calibration, IntentCalibration) else calibration


def _entry(
    survey: Survey, name: str, given: Mapping[str, Any], *,
    panel: StoredPanel, seed: int, progress: models.progress.Progress,
) -> dict[str, Any]:  # fmt: skip
    """Return what one method says of one survey, and whether doubtful answers matter."""
    asked = Asked(
        unit=survey.unit,
        level=given["level"],
        unit_cost=unit_cost_of(survey, panel, given["unit_cost"]),
        seed=seed,
        progress=progress,
    )
    try:
        reading = read_survey(survey, name, given, asked.part(0.0, 0.5))
    except NotEstimable as refusal:
        return refused_entry(survey, name, refusal, asked)
    flagged = sorted({one for flag in reading.flags for one in flag.respondents})
    clean = None
    if flagged and len(flagged) <= _MOST_FLAGGED * reading.respondents:
        try:
            clean = read_survey(survey.without(flagged), name, given, asked.part(0.5, 1.0))
        except NotEstimable:
            clean = None
    entry = entry_of(survey, name, reading, asked=asked, clean=clean)
    question = next_price(survey)
    if question is not None:
        entry["next_price"] = question
    entry["quality"]["customers_needed"] = answers_needed(reading, everybody=_everybody(survey, panel))
    return entry


def _everybody(survey: Survey, panel: StoredPanel) -> int | None:
    """Return how many customers there are in all, where only customers were asked: more cannot answer."""
    customers = set(survey.columns["customer_id"].tolist())
    book = int(panel.connect().table("customers").count().to_pyarrow().as_py())
    return book if None not in customers and book >= max(len(customers), 2) else None


def _refused_rows(surveys: list[Survey], panel: StoredPanel) -> list[dict[str, str]]:
    """Say which surveys have lost rows on the way in: what is left may be another survey."""
    told = panel.dataset.report.get("tables", {}) if panel.dataset else {}
    found = []
    for table in dict.fromkeys(survey.table for survey in surveys):
        counts = told.get(table) or {}
        lost, read = counts.get("quarantined", 0), counts.get("read", 0)
        if lost:
            text = f"{lost:,} of {read:,} rows of {table} are in quarantine and count for nothing here; check says why"
            found.append({"code": "rows_in_quarantine", "message": text})
    return found


def _caveats(entries: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Collect what the methods warn of, each once."""
    found = [Caveat(each["code"], each["message"]) for entry in entries for each in entry["caveats"]]
    return [{"code": each.code, "message": each.message} for each in dict.fromkeys(found)]
