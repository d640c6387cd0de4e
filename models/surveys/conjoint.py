"""Choice-based conjoint: what people chose between products, and so what they would pay for each part of one.

Every model ends in the same form, a population of tastes with its uncertainty (`Preferences`), from which demand,
best prices and the worth of attributes are read.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from models.choice.coding import NONE, PRICE
from models.choice.logit import Logit
from models.choice.preferences import Preferences, sign_safe_draws
from models.choice.purchase import Purchase
from models.choice.tasks import Tasks
from models.choice.tradeoffs import willingness
from models.errors import NotEstimable, TooFewCustomers
from models.estimate import Caveat, Estimate
from models.resampling import estimate_from_quantiles
from models.surveys._base import Asked, Demand, Reading, SurveyMethod
from models.surveys._choices import ChoiceAnswers

Model = Literal["auto", "logit", "mixed_logit", "latent_class", "hierarchical_bayes"]
LEAST = 10
"""Customers below which no model is fitted."""
_CURVE = 41  # points of the demand curve


class Conjoint(SurveyMethod[ChoiceAnswers]):
    """Reads tastes out of choices between products.

    Parameters
    ----------
    model
        How tastes differ between people.
    """

    title = "Choice-based conjoint"
    answers = ChoiceAnswers

    def __init__(self, *, model: Model = "auto") -> None:
        self.model = model

    def read(self, answers: ChoiceAnswers, asked: Asked) -> Reading:
        """Fit the model and read demand, best prices and the worth of attributes out of it.

        Raises
        ------
        TooFewCustomers
            Fewer than 10 customers, or no more than there are coefficients.
        NotEstimable
            ``price_not_negative``: people chose higher prices more often, other things equal.
        """
        tasks = answers.tasks
        least = max(LEAST, tasks.n_columns + 1)
        if tasks.n_clusters < least:
            raise TooFewCustomers(needed=least, got=tasks.n_clusters)
        people = _logit(tasks, asked)
        return Reading(
            about="willingness",
            respondents=tasks.n_respondents,
            clusters=tasks.n_clusters,
            caveats=_caveats(answers),
            details={
                "base_levels": dict(answers.coding.base),
                "product": dict(answers.coding.product),
                "worth": _worths(people, asked),
            },
            **_buying(people, answers, asked),
        )


def _logit(tasks: Tasks, asked: Asked) -> Preferences:
    fit = Logit().fit(tasks)
    if fit.beta[tasks.price] >= 0:
        raise NotEstimable("price_not_negative", "higher prices were chosen no less often than lower ones")
    drawn = sign_safe_draws(
        fit.beta, fit.covariance, price=tasks.price, draws=asked.resamples, seed=asked.seed
    )
    return Preferences(
        names=tasks.names,
        price=tasks.price,
        none=tasks.none,
        beta=fit.beta[None],
        share=np.ones(1),
        beta_draws=drawn[:, None],
        share_draws=np.ones((asked.resamples, 1)),
        respondents=tasks.n_respondents,
        clusters=tasks.n_clusters,
    )


def _worths(people: Preferences, asked: Asked) -> dict[str, Any]:
    label = asked.label("conjoint: part-worth ÷ price")
    return {
        name: willingness(people, column, label=label).to_json()
        for column, name in enumerate(people.names)
        if name not in (PRICE, NONE)
    }


def _buying(people: Preferences, answers: ChoiceAnswers, asked: Asked) -> dict[str, Any]:
    """Return demand, the typical willingness to pay and the best prices, as far as "none" identifies them."""
    label, n = asked.label("conjoint: demand against buying nothing"), people.clusters
    if people.none is None:
        unknown = label.unknown("no_none_option", n=n)
        return {"typical": unknown, "best_price": dict.fromkeys(("revenue", "reach", "profit"), unknown)}
    nothing = (np.arange(len(people.names)) == people.none).astype(np.float64)
    purchase = Purchase.of(people, answers.coding.row(), instead=nothing)
    low, high = float(answers.prices[0]), float(answers.prices[-1])

    def estimate(values: Any) -> Estimate:
        return estimate_from_quantiles(float(values[0]), values[1:], n=n, label=label)

    best = {
        "revenue": estimate(purchase.best(low=low, high=high)),
        "reach": label.unknown("demand_only_falls", n=n),
        "profit": label.unknown("no_unit_cost", n=n),
    }
    if asked.unit_cost is not None:
        best["profit"] = estimate(purchase.best(low=low, high=high, cost=asked.unit_cost))
    prices = np.linspace(low, high, _CURVE)
    share = purchase.at(prices)
    tail = (1 - asked.level) / 2
    ends = np.quantile(share[1:], [tail, 1 - tail], axis=0)
    return {
        "typical": estimate(purchase.price_of(0.5, high=2 * high)),
        "best_price": best,
        "demand": Demand(
            price=prices,
            share=share[0],
            low=np.minimum(ends[0], share[0]),
            high=np.maximum(ends[1], share[0]),
        ),
    }


def _caveats(answers: ChoiceAnswers) -> tuple[Caveat, ...]:
    found = []
    if answers.tasks.none is None:
        found.append(Caveat("no_none_option", "nobody could choose to buy nothing: demand needs that option"))
    if answers.incomplete:
        found.append(Caveat("incomplete_tasks", f"{answers.incomplete} incomplete tasks are left out"))
    if answers.coding.unidentified:
        names = ", ".join(answers.coding.unidentified)
        found.append(Caveat("not_identified", f"the tasks do not tell these apart from the rest: {names}"))
    return tuple(found)
