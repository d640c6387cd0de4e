"""Names of people's things are shown as text, whatever they hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from api import front_page


class Desk:
    """Stands where the analyses' desk stands: one report, and what the list says of it."""

    def __init__(self, path: Path | None, kind: str) -> None:
        self.path, self.kind = path, kind

    def newest_report(self, workspace_id: str) -> tuple[list[dict[str, Any]], Path | None]:
        assert workspace_id == "ws_local"
        line = {
            "id": "an_1",
            "kind": self.kind,
            "status": "succeeded",
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        return [line], self.path


def state(path: Path | None, *, kind: str = "report", dev: bool = True) -> Any:
    return SimpleNamespace(settings=SimpleNamespace(dev=dev), analyses=Desk(path, kind))


def test_the_list_stands_inside_the_reports_body(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text('<html><body class="x"><h1>Report</h1></body></html>')

    page = front_page.newest(state(tmp_path / "report.html"))

    assert page.index('<body class="x">') < page.index('href="/reports/an_1"') < page.index("<h1>Report")


def test_names_are_text_and_never_markup() -> None:
    page = front_page.newest(state(None, kind="<script>alert(1)</script>"))

    assert "<script>" not in page


def test_a_public_service_shows_a_sign_only() -> None:
    assert "an_1" not in front_page.newest(state(None, dev=False))
