"""Which KPIs become money: by the outcome's own value, by a value per unit, or not at all, and why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates
from pricing_service.panel.described import Kpi, ValueColumn
from pricing_service.panel.facts import Facts


def describe_kpis(checked: Checked, facts: Facts, rates: Rates) -> tuple[Kpi, ...]:
    """KPIs that are declared or have outcomes, ordered by name.

    A `value_per_unit` in another currency is converted at the rate of `as_of`; without a rate it is not known.
    """
    declared = {row["kpi"]: row for row in checked.rows("kpis")}
    to_home = rates.of_rows(declared.values())
    baselines: set[str] = set()
    if any(row["direction"] == "down" for row in declared.values()) and "goals" in checked:
        baselines = set(checked["goals"].select("kpi").distinct().to_pyarrow()["kpi"].to_pylist())
    names = sorted(declared.keys() | {row["kpi"] for row in facts.outcomes})
    kpis = [_kpi(name, declared.get(name), facts, baselines=baselines, to_home=to_home) for name in names]
    monetised = {kpi.kpi for kpi in kpis if kpi.monetised}
    drives = {kpi.kpi: kpi.drives for kpi in kpis}
    return tuple(
        replace(kpi, counted=kpi.monetised and not _drives_money(kpi.kpi, drives, monetised)) for kpi in kpis
    )


def value_columns(kpis: tuple[Kpi, ...], facts: Facts) -> tuple[ValueColumn, ...]:
    """One column per monetised KPI and metric (None: the KPI in all), in the order of their names."""
    monetised = {kpi.kpi for kpi in kpis if kpi.monetised}
    pairs = sorted(
        {
            (row["kpi"], row["metric"] or "", row["metric"])
            for row in facts.outcomes
            if row["kpi"] in monetised
        }
    )
    return tuple(ValueColumn(kpi, metric, f"value_{i}") for i, (kpi, _, metric) in enumerate(pairs))


def _kpi(
    name: str,
    row: dict[str, Any] | None,
    facts: Facts,
    *,
    baselines: set[str],
    to_home: dict[str | None, float],
) -> Kpi:
    found = [fact for fact in facts.outcomes if fact["kpi"] == name]
    rows, valued = sum(fact["rows"] for fact in found), sum(fact["valued"] for fact in found)
    given = valued / rows if rows else 0.0
    row = row or dict.fromkeys(
        ("kind", "value_per_unit", "value_per_unit_sd", "attribution", "attribution_sd", "drives", "currency")
    )
    rate = to_home.get(row["currency"])
    kpi = Kpi(
        name,
        row["kind"],
        _times(row["value_per_unit"], rate),
        _times(row["value_per_unit_sd"], rate),
        row["attribution"],
        row["attribution_sd"],
        row["drives"],
        row.get("direction") or "up",
        # a stated value whose currency may have no rate is not surely known
        share_given=min(given, 0.999999) if any(fact["foreign"] for fact in found) else given,
    )
    why_not = _why_not(kpi, rows, has_baseline=name in baselines, without_rate=rate is None)
    return replace(kpi, monetised=why_not is None, why_not=why_not)


def _why_not(kpi: Kpi, rows: int, *, has_baseline: bool, without_rate: bool) -> str | None:
    if not rows:
        return "no outcome row of it"
    if kpi.direction == "down" and not has_baseline:
        return "it should fall, and no goal gives the baseline from which its fall would be valued"
    if kpi.value_per_unit is None and not kpi.share_given:
        if without_rate:
            return "its value_per_unit is in a currency without an exchange rate"
        return "neither value_per_unit nor a value on its outcomes turns it into money"
    return None


def _drives_money(name: str, drives: dict[str, str | None], monetised: set[str]) -> bool:
    """Whether `name` drives a monetised KPI, through others too; of a circle the first by name is counted."""
    seen, target = {name}, drives.get(name)
    while target is not None and target not in seen:
        if target in monetised:
            return not (drives.get(target) == name and name < target)
        seen.add(target)
        target = drives.get(target)
    return False


def _times(money: Any, rate: float | None) -> float | None:
    return None if money is None or rate is None else float(money) * rate
