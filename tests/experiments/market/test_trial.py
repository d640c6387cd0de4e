"""Offers of a trial follow from what prospects would pay; nothing else of the market moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Market, Regime, TrialLaw, draw_business, simulate, write_dataset
from pricing_service.ingest import Folder, ingest

LAW = TrialLaw(
    prospects=4000, list_ratio=1.0, list_log_sd=0.2, reps=5, rep_log_sd=0.1, offer_log_sd=0.1, rep_knows=0.0,
    lost_otherwise=0.2,
)  # fmt: skip


def trial(**changes: float) -> Market:
    business = draw_business(2, Regime.STEADY)
    return simulate(replace(business, trial=replace(LAW, **changes)), 2)


def offers(market: Market):
    rows = market.tables["quotes"].to_pandas()
    money = {name: rows[name].astype(float) for name in ("price", "list_price", "units")}
    return rows.assign(**money, by_unit=money["price"] / money["units"])


def test_the_share_that_is_won_is_that_which_would_pay():
    market = trial(list_log_sd=0.0, rep_log_sd=0.0, offer_log_sd=0.0)
    rows, demand = offers(market), market.truth.metrics[market.business.metrics[0].name].demand

    would = (demand.willingness >= float(rows.by_unit.median())).mean()
    assert (rows.result == "won").mean() == pytest.approx(0.8 * would, abs=0.03)
    assert (rows.reason == "price").mean() == pytest.approx(0.8 * (1 - would), abs=0.03)


def test_offers_are_of_the_first_metric_and_lists_and_reps_move_them():
    market = trial()
    rows = offers(market)
    listed = (rows.list_price / rows.units).round(1)  # in cents, so that a price per unit is not exact

    assert set(rows.metric) == {market.business.metrics[0].name}
    assert 4 <= listed.nunique() <= 8
    assert np.log(rows.price / rows.list_price).groupby(rows.rep).mean().std() > 0.03
    assert set(rows.lead_id) == set(market.tables["leads"].to_pandas().lead_id)


def test_reps_who_know_price_by_what_a_prospect_would_pay():
    knowing, guessing = (
        offers(trial(offer_log_sd=0.5, rep_knows=knows, list_log_sd=0.0)) for knows in (0.98, 0.0)
    )

    def explained(rows) -> float:
        won = (rows.result == "won").astype(float)
        return abs(np.corrcoef(won, np.log(rows.by_unit))[0, 1])

    assert explained(knowing) < 0.15
    assert explained(guessing) > 0.4


def test_half_of_the_refusers_can_be_rescued_or_say_something_else():
    plain, rescued, quiet = (
        offers(trial(**change)) for change in ({}, {"rescued": 0.5}, {"price_blamed": 0.5})
    )

    lost = (plain.reason == "price").sum()
    assert (rescued.reason == "price").sum() == pytest.approx(lost / 2, rel=0.15)
    assert (quiet.reason == "price").sum() == pytest.approx(lost / 2, rel=0.15)
    assert (quiet.result == "won").sum() == (plain.result == "won").sum()


def test_a_trial_moves_nothing_but_quotes_and_leads():
    business = draw_business(2, Regime.STEADY)
    without, with_one = simulate(business, 2), simulate(replace(business, trial=LAW), 2)

    moved = {name for name, table in without.tables.items() if not table.equals(with_one.tables.get(name))}
    assert moved == {"quotes", "leads"}


def test_a_trial_comes_in_through_the_front_door(tmp_path):
    market = trial(prospects=60)

    dataset = ingest(Folder(write_dataset(market, tmp_path / "raw")), folder=tmp_path / "dataset")

    assert {"quotes", "leads"} <= set(dataset.tables)
    assert not dataset.report.get("quarantined")
