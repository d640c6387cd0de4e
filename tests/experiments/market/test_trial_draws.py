"""Trials are drawn within their ranges, and worlds outside break what they say."""

from __future__ import annotations

import numpy as np

from experiments.market import TrialWorld, draw_trial


def test_trials_stay_within_their_ranges_and_differ():
    laws = [draw_trial(np.random.default_rng(seed)) for seed in range(200)]

    assert all(60 <= law.prospects <= 400 and 0 <= law.rep_knows <= 0.3 for law in laws)
    assert all(law.rescued == 0 and law.price_blamed == 1 for law in laws)
    assert len(set(laws)) == len(laws)


def test_each_world_outside_differs_from_the_usual_one_in_what_it_breaks():
    usual, *outside = (draw_trial(np.random.default_rng(1), world) for world in TrialWorld)

    broken = [{name for name, value in vars(law).items() if value != vars(usual)[name]} for law in outside]
    assert broken == [
        {"list_log_sd", "rep_log_sd", "offer_log_sd", "rep_knows"}, {"rescued"}, {"price_blamed"},
    ]  # fmt: skip
