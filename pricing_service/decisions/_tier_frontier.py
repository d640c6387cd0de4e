"""The frontier of a menu's design; its study is kept after each generation, so that another run goes on from there.

A kept study is an Optuna journal: one JSON object a line, the last of which tells the sha256 of what it is the study
of and of all above it. A file that does not fit begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, cast

import numpy as np

from models.pricing.tiers.frontier import GENERATION, Compromise, Search, frontier
from models.pricing.tiers.market import Menu
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_effects import choose
from pricing_service.decisions._tier_menus import Found, MenuSearch
from pricing_service.panel.kept import Kept

_FORM = 1
"""Of what a study is of, besides the data: to be raised when costs are counted or menus sought in another way."""
_ABOVE = "sha256"
_TOP = 0.95
"""Bill shock: the rise that all but one in twenty stay below."""


@dataclass(frozen=True)
class FrontierSearch:
    """How compromises are looked for: how many menus, where the study is kept, and who is told how far it is."""

    trials: int
    kept: Kept | None
    progress: Callable[[int, int], None]

    def of(self, search: MenuSearch, found: Found) -> list[Compromise]:
        """Return menus that trade what they earn against whom they lose and how much dearer they get."""
        paying = search.customers.only(search.customers.paying)
        if paying.count == 0:
            return []

        def costs(menu: Menu) -> tuple[float, float]:
            chosen = choose(search.design, paying, menu, paying.per_unit)
            stays = chosen.tier >= 0
            rise = np.where(stays, chosen.bill / paying.bill - 1, 0.0)
            return float((~stays).mean()), float(np.quantile(rise, _TOP))

        total = -(-self.trials // GENERATION) * GENERATION
        self.progress(0, total)
        study = None if self.kept is None else KeptStudy(self.kept, _name(search, found, paying))

        def told(done: int) -> None:
            if study is not None:
                study.keep()
            self.progress(min(done, total), total)

        storage = None if study is None else study.storage
        how = Search(trials=self.trials, seed=search.seed, storage=storage, told=told)
        return frontier(search.market, found.tiers, costs, search=how, given=[found.menu])


class KeptStudy:
    """An Optuna storage that is read from where it is kept, and written there as a whole when it is told to.

    Parameters
    ----------
    kept
        Where.
    name
        Of the study: it tells all that the study depends on.
    """

    def __init__(self, kept: Kept, name: str) -> None:
        from optuna.storages import JournalStorage  # noqa: PLC0415 - expensive to import

        self._kept, self._name = kept, name
        self._journal = _Journal(_whole(kept.read(name), name))
        self.storage = JournalStorage(cast(Any, self._journal))

    def keep(self) -> None:
        """Write it down."""
        (study,) = self.storage.get_all_studies()
        self.storage.set_study_user_attr(study._study_id, _ABOVE, _digest([self._name, *self._journal.lines]))
        self._kept.write(self._name, "".join(f"{line}\n" for line in self._journal.lines).encode())


class _Journal:
    """What Optuna calls a journal's backend, in memory."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """Return what was logged from a place on."""
        return [json.loads(line) for line in self.lines[log_number_from:]]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Log more."""
        self.lines += [json.dumps(log, separators=(",", ":")) for log in logs]


def _whole(content: bytes | None, name: str) -> list[str]:
    """Return the lines of a kept study; none where they are not what was written under this name."""
    try:
        *above, last = (content or b"").decode().splitlines()
        told = json.loads(last)["user_attr"][_ABOVE]
    except (ValueError, LookupError, TypeError):
        return []
    return [*above, last] if told == _digest([name, *above]) else []


def _digest(lines: Sequence[str]) -> str:
    found = hashlib.sha256()
    for line in lines:
        found.update(line.encode() + b"\n")
    return found.hexdigest()


def _name(search: MenuSearch, found: Found, paying: TierCustomers) -> str:
    """Name a study by all that its menus and what they cost depend on, whatever options and data that came from."""
    import optuna  # noqa: PLC0415 - expensive to import

    market, kinds, rules = search.market, search.design.kinds, search.design.rules
    arrays = (
        market.surplus, market.margin, market.stay, market.stay_margin, market.weights, market.fees,
        kinds.allowances, kinds.overage_prices, paying.units, paying.known, paying.bill, paying.per_unit,
    )  # fmt: skip
    asked = (_FORM, optuna.__version__, GENERATION, search.seed, found.tiers, found.menu, astuple(rules))
    text = hashlib.sha256(repr(asked).encode())
    for array in arrays:
        text.update(repr((array.shape, array.dtype.str)).encode())
        text.update(np.ascontiguousarray(array).tobytes())
    return f"tiers-frontier-{text.hexdigest()[:32]}"
