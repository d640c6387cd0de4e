"""Waves, hold-out and stop rule in plain words: whom to tell when, what it teaches, and when to wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._words import customers, money, percent

Result = Mapping[str, Any]
_SHOWN = 3


def wave_sentences(result: Result) -> list[str]:
    """Return waves as sentences: the first three, what the hold-out teaches, and when to stop."""
    waves, currency = result["waves"], result["currency"]
    if not waves:
        return []
    found = [_wave(wave, currency) for wave in waves[:_SHOWN]]
    if len(waves) > _SHOWN:
        found.append(f"{len(waves) - _SHOWN} more waves follow, until {waves[-1]['wave']}.")
    return [*found, *_hold_out(result["hold_out"])]


def _wave(wave: Mapping[str, Any], currency: str) -> str:
    held = f", {wave['held_out']} held out by lot" if wave["held_out"] else ""
    return (
        f"Wave {wave['wave']}: tell {customers(wave['raised'])} by {wave['tell_by']}{held}, "
        f"{money(wave['mrr_asked'], currency)} a month in all. {_stop(wave['stop'])}"
    )


def _stop(stop: Mapping[str, Any]) -> str:
    months = f"{stop['months']} month" + ("" if stop["months"] == 1 else "s")
    if stop["leavers"] is None:
        return "It is too small to stop the next one by itself."
    return (
        f"If {stop['leavers']} or more of them have left within {months}, do not send the next: "
        f"{stop['foretold']['value']:.1f} are foretold, of whom {stop['anyway']['value']:.1f} would leave anyway."
    )


def _hold_out(held: Mapping[str, Any]) -> list[str]:
    after = held["elasticity_after"]
    if after is None:
        return ["Nobody is held out, so that these raises will not tell how churn answers to price."]
    return [
        f"{customers(held['customers'])} are told nothing for a year, by lot. Once it is posted to `price_changes` who "
        f"left, the interval of how churn answers to price will be about {percent(after['width_of_today'])} as wide as "
        "it is today."
    ]
