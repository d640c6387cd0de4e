"""Choice-based conjoint: what people chose between products, and so what they would pay for each part of one.

Every model ends in the same form, a population of tastes with its uncertainty (`Preferences`), from which demand,
best prices and the worth of attributes are read. Demand is for one product, the typical one among those shown,
against buying nothing; without that option nobody could say that a price is too high, and there is none.

Notation
--------
s(p) : the share that buys the product at price p rather than nothing, for the best guess and in each draw
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from models.checks import Floats
from models.choice.coding import NONE, PRICE
from models.choice.holdout import Holdout
from models.choice.purchase import Purchase
from models.choice.tasks import Tasks
from models.choice.tradeoffs import part_worth, willingness
from models.clusters import require_effective
from models.errors import InvalidInput, NotEstimable, TooFewCustomers
from models.estimate import Caveat, Estimate, Label
from models.resampling import estimate_from_quantiles
from models.surveys._base import Asked, Demand, Reading, SurveyMethod
from models.surveys._choices import ChoiceAnswers
from models.surveys._conjoint_models import FORECASTS, MODELS, Fitted
from models.surveys._market_of import Product, market_of

Model = Literal["auto", "logit", "mixed_logit", "latent_class", "hierarchical_bayes"]
LEAST = 10
"""Customers below which no model is fitted, and by which, effectively, weights must let the answer be decided.

One weight of 30 among 60 (8.3 effective customers): 90 % intervals of worth held the truth in 74 of 100 surveys.
"""
_CURVE = 41  # points of the demand curve
_BEYOND = 2.0  # the typical willingness to pay is looked for up to so many times the highest price shown


class Conjoint(SurveyMethod[ChoiceAnswers]):
    """Reads tastes out of choices between products.

    Parameters
    ----------
    model
        How tastes differ between people: not (``logit``), by classes, by a distribution (``mixed_logit``), or
        each person's own, held together by a distribution (``hierarchical_bayes``). ``auto`` takes the logit
        where two classes fit no better than one (BIC), else hierarchical Bayes.

    products
        What to set against each other in a market, ours and competitors' (and buying nothing, where that was
        offered); told in `details`.

    Raises
    ------
    InvalidInput
        If there is no such model.
    """

    title = "Choice-based conjoint"
    answers = ChoiceAnswers

    def __init__(self, *, model: Model = "auto", products: Sequence[Product] = ()) -> None:
        if model not in ("auto", *MODELS):
            raise InvalidInput(f"model must be auto, {', '.join(MODELS)}, got {model!r}")
        self.model = model
        self.products = tuple(products)

    def read(self, answers: ChoiceAnswers, asked: Asked) -> Reading:
        """Fit the model and read demand, best prices and the worth of attributes out of it.

        Raises
        ------
        TooFewCustomers
            Fewer than 10 customers, or no more than there are coefficients.
        NotEstimable
            ``weights_too_unequal`` where weights leave fewer than 10 effective customers;
            ``price_not_negative``: higher prices were chosen no less often; ``separated``, ``not_converged``.
        """
        tasks = answers.tasks
        least = max(LEAST, tasks.n_columns + 1)
        if tasks.n_clusters < least:
            raise TooFewCustomers(needed=least, got=tasks.n_clusters)
        require_effective(tasks.weight, tasks.cluster, least=LEAST)
        with threadpool_limits(1):  # the last bits of a product depend on how many threads share it
            name, fitted, compared = self._fit(tasks, asked.part(0.0, 0.7))
            details = {
                "model": name,
                "models": compared,
                "base_levels": dict(answers.coding.base),
                "product": dict(answers.coding.product),
                **_worths(fitted, asked),
                "holdout": _held_out(name, tasks, asked.part(0.7, 0.9)),
                **fitted.details,
            }
            if self.products:
                details["market"] = market_of(
                    self.products, people=fitted.people, answers=answers, asked=asked
                )
            buying = _buying(fitted, answers, asked.part(0.9, 1.0))
        return Reading(
            about="willingness",
            respondents=tasks.n_respondents,
            clusters=tasks.n_clusters,
            caveats=(*_caveats(answers), *fitted.caveats),
            details=details,
            **buying,
        )

    def _fit(self, tasks: Tasks, asked: Asked) -> tuple[str, Fitted, list[dict[str, Any]]]:
        """Return the model's name, the fitted model, and all that were fitted, to be compared."""
        if self.model != "auto":
            fitted = MODELS[self.model](tasks, asked)
            return self.model, fitted, [_shown(self.model, fitted)]
        part = asked.part(0.0, 0.2)
        tried = {name: MODELS[name](tasks, part) for name in ("logit", "latent_class")}
        name = "logit"
        if len(tried["latent_class"].details["classes"]) > 1:
            name = "hierarchical_bayes"
            tried[name] = MODELS[name](tasks, asked.part(0.2, 1.0))
            tried[name].details["classes"] = tried["latent_class"].details["classes"]
        return name, tried[name], [_shown(each, fitted) for each, fitted in tried.items()]


def _shown(name: str, fitted: Fitted) -> dict[str, Any]:
    fit = {"log_likelihood": fitted.log_likelihood, "parameters": fitted.parameters, "bic": fitted.bic}
    # Hierarchical Bayes maximises no likelihood: it has none of the three.
    return {"model": name} | {key: value for key, value in fit.items() if value is not None}


def _worths(fitted: Fitted, asked: Asked) -> dict[str, Any]:
    """Return part-worths in utility, and what each attribute is worth in money."""
    people, over = fitted.people, fitted.quantile
    whose = "the mean over people" if over is None else "the median person"
    utility = asked.label(f"conjoint: part-worth of {whose}", unit="utility")
    money = asked.label(f"conjoint: part-worth ÷ price of {whose}")
    columns = [k for k, name in enumerate(people.names) if name not in (PRICE, NONE)]
    return {
        "part_worths": {
            name: part_worth(people, k, label=utility, quantile=over).to_json()
            for k, name in enumerate(people.names)
        },
        "worth": {
            people.names[k]: willingness(people, k, label=money, quantile=over).to_json() for k in columns
        },
    }


def _held_out(name: str, tasks: Tasks, asked: Asked) -> dict[str, Any]:
    """Learn from all but each respondent's last task, and say how often that one is foreseen."""
    label = Label(unit="share", method="hit rate on each respondent's last task", level=asked.level)
    split = Holdout.of(tasks)
    if split is None:
        return {"hit_rate": label.unknown("one_task_each", n=tasks.n_respondents).to_json(), "chance": None}
    try:
        rate = split.hit_rate(FORECASTS[name](split.learn, replace(asked, resamples=1)).individuals, label)
    except NotEstimable as refusal:  # with a task less each, the rest may not carry the model
        rate = Estimate.refused(refusal, unit="share", n=tasks.n_respondents, level=asked.level)
    return {"hit_rate": rate.to_json(), "chance": split.chance}


def _buying(fitted: Fitted, answers: ChoiceAnswers, asked: Asked) -> dict[str, Any]:
    """Return demand, the typical willingness to pay and the best prices, as far as "none" identifies them."""
    people = fitted.people
    label, n = asked.label("conjoint: demand against buying nothing"), people.clusters
    if people.none is None:
        unknown = label.unknown("none_never_chosen" if answers.none_never_chosen else "no_none_option", n=n)
        return {"typical": unknown, "best_price": dict.fromkeys(("revenue", "reach", "profit"), unknown)}
    nothing = (np.arange(len(people.names)) == people.none).astype(np.float64)
    best, drawn = (
        Purchase.of(each, answers.product, instead=nothing, price=people.price)
        for each in (people.best, people.drawn)
    )
    low, high = float(answers.prices[0]), float(answers.prices[-1])

    def best_price(cost: float | None) -> Estimate:
        if cost is None:
            return label.unknown("no_unit_cost", n=n)
        if cost >= high:
            return label.unknown("no_price_shown_above_cost", n=n)
        values = best.best(low=low, high=high, cost=cost), drawn.best(low=low, high=high, cost=cost)
        found = estimate_from_quantiles(float(values[0][0]), values[1], n=n, label=label)
        return found.warned(*_at_edge(found, low, high))

    figures: dict[str, Any] = {"typical": _typical(best, drawn, high=high, label=label, n=n)}
    asked.progress(1, 4)
    figures["best_price"] = {
        "revenue": best_price(0.0),
        "reach": label.unknown("reach_falls_with_price", n=n),
        "profit": best_price(asked.unit_cost),
    }
    asked.progress(3, 4)
    figures["demand"] = _demand(best, drawn, np.linspace(low, high, _CURVE), asked)
    asked.progress(4, 4)
    return figures


def _typical(best: Purchase, drawn: Purchase, *, high: float, label: Label, n: int) -> Estimate:
    """Estimate the price at which half would buy: the median willingness to pay."""
    end = _BEYOND * high
    value = float(best.price_of(0.5, high=end)[0])
    if value < 1e-9 * end:
        return label.unknown("fewer_than_half_would_buy", n=n)
    if value > (1 - 1e-9) * end:
        return label.unknown("more_than_half_would_buy", n=n)
    found = estimate_from_quantiles(value, drawn.price_of(0.5, high=end), n=n, label=label)
    if value <= high:
        return found
    return found.warned(
        Caveat("beyond_prices_shown", f"no price above {high:g} was shown: this extrapolates")
    )


def _at_edge(found: Estimate, low: float, high: float) -> tuple[Caveat, ...]:
    """Say where a best price stands at an end of the prices shown, which end the search."""
    if found.value is None or low + 1e-6 * high < found.value < high * (1 - 1e-6):
        return ()
    return (
        Caveat("best_price_at_edge", f"the best price may lie outside the prices shown, {low:g} to {high:g}"),
    )


def _demand(best: Purchase, drawn: Purchase, prices: Floats, asked: Asked) -> Demand:
    share, tail = best.at(prices)[0], (1 - asked.level) / 2
    low, high = np.quantile(drawn.at(prices), [tail, 1 - tail], axis=0)
    return Demand(price=prices, share=share, low=np.minimum(low, share), high=np.maximum(high, share))


def _caveats(answers: ChoiceAnswers) -> tuple[Caveat, ...]:
    found = []
    if answers.none_never_chosen:
        text = "nobody chose to buy nothing: no price was too high, and demand needs prices that are"
        found.append(Caveat("none_never_chosen", text))
    elif answers.tasks.none is None:
        found.append(Caveat("no_none_option", "nobody could choose to buy nothing: demand needs that option"))
    if answers.incomplete:
        found.append(Caveat("incomplete_tasks", f"{answers.incomplete} incomplete tasks are left out"))
    if answers.coding.unidentified:
        names = ", ".join(answers.coding.unidentified)
        found.append(Caveat("not_identified", f"the tasks do not tell these apart from the rest: {names}"))
    return tuple(found)
