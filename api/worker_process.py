"""A worker beside the serving process: started with it, started again when it dies, stopped with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from types import TracebackType

import structlog

from pricing_service.config import Settings

_PATIENCE_SECONDS = 10
_PAUSE_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class WorkerProcess:
    """Keeps one worker running while the `with` block lasts.

    Parameters
    ----------
    settings
        What the worker shall know; it gets them through its environment.
    quiet
        Whether the worker logs nothing but troubles.
    """

    def __init__(self, settings: Settings, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._environment = {**os.environ, **as_environment(settings)}
        self._stopping = threading.Event()
        self._process = self._start()
        self._watch = threading.Thread(target=self._keep_running, name="worker-watch", daemon=True)

    @property
    def pid(self) -> int:
        """The running worker's process id."""
        return self._process.pid

    def __enter__(self) -> WorkerProcess:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._watch.join()
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            _close(self._process)

    def renew(self) -> None:
        """Let a new worker take over from this one, which lets go of its step."""
        self._process.terminate()

    def _start(self) -> subprocess.Popen[bytes]:
        # The pipe ends with this process, however it ends; the worker then stops by itself.
        command = [sys.executable, "-m", "api.command_line", "worker", "--until-stdin-ends"]
        command += ["--quiet"] * self._quiet
        return subprocess.Popen(command, env=self._environment, stdin=subprocess.PIPE)

    def _keep_running(self) -> None:
        while not self._stopping.wait(_PAUSE_SECONDS):
            if self._process.poll() is not None:
                _log.warning("the worker died and is started again", exit_code=self._process.returncode)
                _close(self._process)
                self._process = self._start()


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def as_environment(settings: Settings) -> dict[str, str]:
    """Write what the command line may have said as the environment of another process."""
    told = {"DATA_FOLDER": str(settings.data_folder.absolute()), "DEV": str(settings.dev).lower()}
    return {f"PRICING_SERVICE_{name}": value for name, value in told.items()}
