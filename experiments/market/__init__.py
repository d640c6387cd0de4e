"""A market simulator with known truth, written down as contract tables; start reading at `market.py`."""

from experiments.market.business import Business
from experiments.market.demand import UnitDemand
from experiments.market.draws import draw_business
from experiments.market.laws import InsideLaw, TrialLaw
from experiments.market.market import Market, simulate
from experiments.market.regimes import Regime
from experiments.market.sample import sample_business
from experiments.market.trial_draws import TrialWorld, draw_trial
from experiments.market.truth import MetricTruth, Truth
from experiments.market.writing import write_dataset

__all__ = [
    "Business",
    "InsideLaw",
    "Market",
    "MetricTruth",
    "Regime",
    "TrialLaw",
    "TrialWorld",
    "Truth",
    "UnitDemand",
    "draw_business",
    "draw_trial",
    "sample_business",
    "simulate",
    "write_dataset",
]
