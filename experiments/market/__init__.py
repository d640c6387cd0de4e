"""A market simulator with known truth, written down as contract tables; start reading at `market.py`."""

from experiments.market.business import Business
from experiments.market.draws import draw_business
from experiments.market.laws import InsideLaw
from experiments.market.market import Market, simulate
from experiments.market.regimes import Regime
from experiments.market.sample import sample_business
from experiments.market.truth import MetricTruth, Truth
from experiments.market.writing import write_dataset

__all__ = [
    "Business",
    "InsideLaw",
    "Market",
    "MetricTruth",
    "Regime",
    "Truth",
    "draw_business",
    "sample_business",
    "simulate",
    "write_dataset",
]
