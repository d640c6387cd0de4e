"""Offers of one unit of the first metric to prospects, won and lost, in contract form."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.calendar import Dates, first_days
from experiments.market.columns import counts, dates, money, words
from experiments.market.customers import Customers, draw_customers
from experiments.market.laws import TrialLaw
from experiments.market.noise import Booleans, Floats
from experiments.market.story import Story

QUARTERS = 4
OTHER_REASONS = ("competitor", "no_budget", "timing")
JUST_PAID = 0.97
DECIDED_AFTER = 21


def trial_tables(story: Story, law: TrialLaw, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Write down leads and quotes of the trial, in place of those by the price list.

    The prospects come from the market that the book came from. Those who buy start after the history's end, so
    that no other table knows them yet.
    """
    people = draw_customers(story.business, law.prospects, rng)
    units = np.maximum(1.0, np.round(people.units[:, 0]))
    willing = people.willingness_to_pay / units
    quarter = rng.integers(QUARTERS, size=law.prospects)
    rep = rng.integers(law.reps, size=law.prospects)
    listed = _list_prices(law, float(np.median(willing)), rng)[quarter]
    lenient = law.rep_log_sd * rng.standard_normal(law.reps)
    price = listed * np.exp(_deviation(law, willing, rng) + lenient[rep])
    too_dear = price > willing
    saved = too_dear & (rng.random(law.prospects) < law.rescued)
    price, too_dear = np.where(saved, JUST_PAID * willing, price), too_dear & ~saved
    otherwise = rng.random(law.prospects) < law.lost_otherwise
    blamed = too_dear & ~otherwise & (rng.random(law.prospects) < law.price_blamed)
    day = _offered(story, quarter, rng)
    lead = words([f"t{at:04d}" for at in range(1, law.prospects + 1)])
    won = ~(too_dear | otherwise)
    quotes = {
        "quote_id": words([f"p{at:04d}" for at in range(1, law.prospects + 1)]),
        "lead_id": lead,
        "date": dates(day),
        "metric": words([story.business.metrics[0].name], np.zeros(law.prospects, dtype=np.int64)),
        "units": money(units),
        "list_price": money(np.round(listed * units, 2)),
        "price": money(np.maximum(np.round(price * units, 2), 0.01)),
        "result": words(["lost", "won"], won.astype(np.int64)),
        "decided": dates(day + DECIDED_AFTER),
        "reason": _reasons(won, blamed, rng),
        "rep": words([f"rep {at + 1}" for at in range(law.reps)], rep),
    }
    return {"quotes": pa.table(quotes), "leads": _leads(story, people, lead=lead, day=day, won=won)}


def _list_prices(law: TrialLaw, typical: float, rng: np.random.Generator) -> Floats:
    """(quarters,) list price per unit."""
    return law.list_ratio * typical * np.exp(law.list_log_sd * rng.standard_normal(QUARTERS))


def _deviation(law: TrialLaw, willing: Floats, rng: np.random.Generator) -> Floats:
    """(n,) log of what an offer is off the rep's usual price: chance, and as far as reps know, willingness."""
    logs = np.log(willing)
    known = (logs - logs.mean()) / logs.std()
    chance = np.sqrt(1 - law.rep_knows**2) * rng.standard_normal(len(logs))
    deviation: Floats = law.offer_log_sd * (law.rep_knows * known + chance)
    return deviation


def _offered(story: Story, quarter: np.ndarray, rng: np.random.Generator) -> Dates:
    """Return the day of each offer, in the last four quarters; all are decided within the history."""
    start = first_days(story.months[-1:] + 1)[0] - DECIDED_AFTER - 1 - 90 * (QUARTERS - quarter)
    days: Dates = start + rng.integers(0, 90, len(quarter))
    return days


def _reasons(won: Booleans, blamed: Booleans, rng: np.random.Generator) -> pa.Array:
    other = rng.integers(len(OTHER_REASONS), size=len(won))
    return words([*OTHER_REASONS, "price", None], np.where(won, 4, np.where(blamed, 3, other)))


def _leads(story: Story, people: Customers, *, lead: pa.Array, day: Dates, won: Booleans) -> pa.Table:
    traits = story.business.traits
    return pa.table(
        {
            "lead_id": lead,
            "created": dates(day - 30),
            "lost": dates(day + DECIDED_AFTER, known=~won),
            "segment": words(traits.segments, people.segment),
            "region": words(traits.regions, people.region),
            "employees": counts(people.employees),
        }
    )
