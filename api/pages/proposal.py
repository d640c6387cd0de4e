"""From a proposal to the page that the committee reads before it votes: one self-contained document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from api.pages.charts._palette import PALETTE
from api.pages.figures import Shown, change, estimate, money, share
from api.pages.key_figures import KeyFigure, key_figure
from api.pages.report import environment
from api.pages.words import joined, reason_in_words

Found = Mapping[str, Any]

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "mrr_change": "Change of monthly revenue",
        "lifetime_value_change": "Change of lifetime value",
        "churn_change": "Customers lost more in a year",
        "monthly_revenue": "Monthly revenue of the tiers",
        "revenue_change": "Change of revenue against today",
        "total_change": "Change of all bills together",
        "capture_efficiency": "Value that the metric captures",
        "lifetime_value": "Lifetime value of a typical customer",
    }
)
"""What a case is about."""
FLIPS: Mapping[str, str] = MappingProxyType(
    {
        "share_of_value_of_who_does_not_report": "customers who report nothing achieve {at} of what others do",
        "share_of_revenue_that_leaves": "{at} of the revenue that is raised leaves",
        "share_by_which_use_beyond_included_shrinks": "use beyond what is included shrinks by {at}",
    }
)
"""What would have to be true for the decision to turn."""
CHECKS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "notice": {
            "name": "Notice",
            "ok": "every customer who is raised is told in time",
            "broken": "{n} customers would be told too late",
            "unknown": "not known",
        },
        "day": {
            "name": "Days",
            "ok": "no raise comes into effect in the past",
            "broken": "{n} raises would come into effect in the past",
            "unknown": "not known",
        },
    }
)
_STANDS: Mapping[str, str] = MappingProxyType(
    {
        "open": "It is open",
        "approved": "It is approved and not published yet",
        "rejected": "It is rejected",
        "published": "It is published",
        "withdrawn": "It is withdrawn",
    }
)


def render_proposal(proposal: Found, *, today: date) -> str:
    """Render a proposal as one HTML page that needs nothing from anywhere.

    Parameters
    ----------
    proposal
        As `ProposalDesk.read` returns it; every text in it is escaped here.
    today
        The day that the page stands for.
    """
    facts = proposal["facts"]
    affected = facts["most_affected"]
    cases = [_case(case) for case in facts["cases"]]
    flip = _flip(facts["flips"])
    return environment().get_template("proposal.html").render(
        proposal=proposal,
        today=today,
        palette=PALETTE,
        lead=sentences(proposal),
        figures=_key_figures(cases[:1], facts, flip),
        cases=cases,
        accounts=_on_one_scale(affected.get("accounts") or []),
        unit=str(affected.get("unit") or "").replace("/", " a "),
        currency=_currency(affected),
        nobody=reason_in_words((affected.get("reasons") or {}).get("accounts") or "nobody_is_raised"),
        checks=[_check(check) for check in facts["checks"]],
        flip=flip,
    )  # fmt: skip


def sentences(proposal: Found) -> list[str]:
    """Say where a proposal stands, whom it moves most, and what to beware of."""
    return [_stands(proposal), *_moves(proposal["facts"]["most_affected"]), *_cautions(proposal)]


def _stands(proposal: Found) -> str:
    """Say where it stands, and whose approval is missing."""
    found, status = proposal["approvals"], proposal["status"]
    against = f" and {found['rejections']} against it" if found["rejections"] else ""
    said = f"{_STANDS[status]}, with {found['given']} of {found['needed']} approvals{against}."
    missing = found["needed"] - found["given"]
    if status != "open" or missing < 1:
        return said
    who = "one more person" if missing == 1 else f"{missing} more people"
    return f"{said} It needs {who} other than {joined(list(proposal['authors']), last='or')}."


def _moves(affected: Found) -> list[str]:
    """Say whom it moves most."""
    if not affected.get("accounts"):
        return []
    first, currency = affected["accounts"][0], _currency(affected)
    by = change(first["change_share"]) if first["change_share"] is not None else "from nothing"
    return [f"It moves {first['customer_id']} most, by {_signed(first['change'], currency)} ({by})."]


def _currency(affected: Found) -> str:
    return str(affected.get("unit") or "").partition("/")[0]


def _cautions(proposal: Found) -> list[str]:
    """Say in what it goes beyond the guard, and which checks do not hold."""
    beyond = [f"Beyond the guard: {each['message']}." for each in proposal["approvals"]["beyond"]]
    checks = (_check(check) for check in proposal["facts"]["checks"] if check["status"] == "broken")
    return beyond + [f"{check['name']}: {check['words']}." for check in checks]


def _key_figures(cases: Sequence[Found], facts: Found, flip: str) -> list[KeyFigure]:
    """Return what the first screen shows large: how it may come out, what waiting costs, what would turn it."""
    first = [
        key_figure(str(case["measure"]), case["shown"], note="from the worst to the best plausible case")
        for case in cases
    ]
    waiting = key_figure(
        "A quarter without it costs",
        estimate(facts["cost_of_waiting"]),
        note="three months of what it is expected to bring",
    )
    at = facts["flips"]["flips_at"]
    turns = Shown(share(at), flip) if at is not None else Shown(unknown=flip)
    return [*first, waiting, key_figure("The decision turns at", turns, note="")]


def _case(case: Found) -> dict[str, Any]:
    """Return a case in words: its worst and best end, and what is expected between them."""
    measure, unit = MEASURES[case["measure"]], str(case["unit"])
    if case["estimate"] is None:
        worst, best = (_signed(case[end], unit.partition("/")[0]) for end in ("worst", "best"))
        shown = Shown(f"{worst} to {best}")
        return {"measure": measure, "worst": worst, "best": best, "expected": "", "shown": shown}
    shown = estimate(case["estimate"])
    worst, best = (str(estimate({"value": case[end], "unit": unit})) for end in ("worst", "best"))
    return {
        "measure": measure, "worst": worst, "best": best, "expected": shown.value, "shown": shown,
        "unknown": shown.unknown,
    }  # fmt: skip


def _signed(amount: float, currency: str) -> str:
    return ("+" if amount > 0 else "") + money(amount, currency)


def _flip(found: Found) -> str:
    """Say what would turn the decision."""
    if found["flips_at"] is None:
        return f"not known: {reason_in_words(found['reason'])}"
    said = FLIPS[found["assumption"]].format(at=share(found["flips_at"]))
    of = f", of {found['of']}" if found.get("of") else ""
    expected = f"; {share(found['expected'])} is expected" if found.get("expected") is not None else ""
    return f"if {said}{of}{expected}"


def _check(check: Found) -> dict[str, Any]:
    words = CHECKS[check["check"]]
    because = f": {reason_in_words(check['reason'])}" if check["reason"] else ""
    said = words[check["status"]].format(n=check["customers"]) + because
    return {"name": words["name"], "words": said, "examples": check["examples"]}


def _on_one_scale(accounts: Sequence[Found]) -> list[dict[str, Any]]:
    """Give each account its bills before and after on a scale from nothing to the highest, in percent."""
    most = max((max(row["before"], row["after"]) for row in accounts), default=0.0)
    percent = 100 / most if most > 0 else 0.0
    return [
        {
            **row,
            "start": round(percent * min(row["before"], row["after"]), 1),
            "width": round(percent * abs(row["change"]), 1),
            "dot": round(percent * row["after"], 1),
        }
        for row in accounts
    ]
