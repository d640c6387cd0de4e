"""`demo`: a sample business through the front door, its whole report, and the doors open on this machine."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from api.analysis_request import parse
from api.app import create_app
from api.listening import end_at_sigterm, listen
from api.local_workspace import LOCAL
from api.problems import Refused
from api.telemetry import log_to_stderr
from api.terminal import local, screen
from api.uploads import Upload
from api.worker_process import WorkerProcess
from experiments.market import sample_business, write_dataset
from pricing_service.config import Settings
from pricing_service.ingest import Folder

_LOOK_EVERY_SECONDS = 0.2


def write_report(path: Path, *, seed: int) -> None:
    """Write the sample business's report to a file."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        tables = write_dataset(sample_business(seed), Path(folder) / "tables")
        asked = local.Asked(kind="report", options="{}", seed=0)
        local.analyze(str(tables), asked, currency=None, json_out=None, report_out=path)
    screen.say(f"\nThe report is in {path}")


def serve_report(*, port: int, seed: int) -> None:
    """Run the sample business's report as a job, then serve it at `/` beside the API until a signal."""
    end_at_sigterm()
    log_to_stderr(quiet=True)
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        settings = Settings(data_folder=Path(folder) / "data", dev=True, database_url=None)
        app = create_app(settings)
        tables = write_dataset(sample_business(seed), Path(folder) / "tables")
        with WorkerProcess(settings, quiet=True):
            dataset = app.state.datasets.register(LOCAL, Upload(Folder(tables), None, None))
            request = parse({"dataset": dataset["id"], "kind": "report"})
            analysis = app.state.analyses.queue(LOCAL, request)
            with screen.progress() as progress:
                while analysis["finished_at"] is None:
                    time.sleep(_LOOK_EVERY_SECONDS)
                    analysis = app.state.analyses.read(LOCAL, analysis["id"])
                    progress(*(analysis["progress"][word] for word in ("step", "done", "total")))
            if analysis["status"] != "succeeded":
                raise Refused(f"The report {analysis['status']}: {analysis['error']}")
            screen.show_result("report", analysis["result"])
            listen(app, host="127.0.0.1", port=port, ready=lambda url: screen.say(f"ready {url}"))
