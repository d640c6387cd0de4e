"""Leads, funnel and quotes tell one story."""

from __future__ import annotations

from experiments.market import Regime, draw_business, sample_business, simulate


def _tables():
    tables = simulate(draw_business(14, Regime.YOUNG), 14).tables
    return [tables[name].to_pandas() for name in ("leads", "funnel", "quotes")]


def test_a_lead_is_won_or_lost_and_never_both():
    leads, funnel, quotes = _tables()

    assert (leads.customer_id.isna() == leads.lost.notna()).all()
    won = set(leads.lead_id[leads.customer_id.notna()])
    assert set(funnel.lead_id[funnel.stage == "won"]) == won
    assert set(quotes.lead_id[quotes.result == "won"]) == won
    assert 0 < len(won) < len(leads)


def test_stages_are_entered_in_order():
    _, funnel, _ = _tables()
    days = funnel.pivot_table(index="lead_id", columns="stage", values="date", aggfunc="first")

    assert (days.lead <= days.demo).all()
    assert (days.demo <= days.offer).all()
    assert (days.offer < days.won)[days.won.notna()].all()


def test_offers_never_exceed_the_list():
    _, _, quotes = _tables()

    assert (quotes.price <= quotes.list_price).all()
    assert quotes.reason.isna().equals(quotes.result == "won")


def test_an_offer_by_the_unit_says_of_what_and_how_many():
    quotes = sample_business().tables["quotes"].to_pandas()
    by_unit = (quotes.list_price / quotes.units).astype(float)

    assert set(quotes.metric) == {"seats"}
    assert by_unit.round(6).nunique() == 1
