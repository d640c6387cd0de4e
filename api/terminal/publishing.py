"""`publish`: an operator decides that an analysis counts from a day on, on the machine of the service."""

from __future__ import annotations

from datetime import date

from api.analysis_steps import RESULT
from api.problems import Conflict, Malformed, Refused
from api.terminal import screen
from api.today import utc_today
from pricing_service.config import Settings
from pricing_service.recommendations.basis import COLUMNS
from pricing_service.storage import Storage
from pricing_service.storage.blobs import sha256_of


def publish(settings: Settings, workspace: str, analysis_id: str, *, effective: str | None, by: str) -> None:
    """Publish one analysis.

    Raises
    ------
    NotFound
        If the workspace has no such analysis.
    Conflict
        If it has not succeeded, or is of a kind that recommendations do not show.
    """
    with Storage.open(settings) as storage:
        homes = [one.id for one in storage.workspaces.list() if workspace in (one.id, one.name)]
        if not homes:
            raise Refused(f"There is no workspace {workspace}.")
        analysis = storage.analyses.get(homes[0], analysis_id)
        if analysis.status != "succeeded" or analysis.kind not in COLUMNS:
            kinds = ", ".join(COLUMNS)
            raise Conflict(
                f"The analysis is {analysis.status} and of kind {analysis.kind}; one of {kinds} that succeeded can be"
                " published."
            )
        made = storage.publications.publish(
            homes[0], kind=analysis.kind, analysis_id=analysis.id, price_book_id=None, proposal_id=None,
            effective=_day(effective), content_hash=sha256_of(analysis.folder / RESULT), by=by,
        )  # fmt: skip
        screen.say(f"published {made.id}: {made.kind} from {made.effective} on")


def _day(effective: str | None) -> date:
    try:
        return date.fromisoformat(effective) if effective else utc_today()
    except ValueError as error:
        raise Malformed(f"--effective is a date such as 2026-01-31, and is {effective!r}.") from error
