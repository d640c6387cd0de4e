"""What the composition root hands in: a `Handler` for each kind, made of named steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pricing_service.config import Settings


@dataclass(frozen=True)
class StepContext:
    """What a step gets to know.

    Parameters
    ----------
    settings
        The worker's settings.
    workspace_id, job
        Whose analysis, and its id.
    kind, dataset_id, dataset_version, options, seed
        What is asked.
    folder
        Where the step writes, each file as a whole (`storage.blobs.whole_file`). It exists. What is in it
        when the last step ends, under names that do not begin with a dot, is the analysis's `files`.
    progress
        Called as `progress(step, done, total)`, as often as the step likes.
    """

    settings: Settings
    workspace_id: str
    job: str
    kind: str
    dataset_id: str
    dataset_version: str
    options: Mapping[str, Any]
    seed: int
    folder: Path
    progress: Callable[[str, int, int], None]


@dataclass(frozen=True)
class Step:
    """A named piece of work.

    `run` is a function of a module (the child process finds it by its name). It may be run again after a kill
    at any point, so it must be idempotent: the same inputs give the same bytes, written over what is there.
    """

    name: str
    run: Callable[[StepContext], None]


@dataclass(frozen=True)
class Handler:
    """What one kind takes: steps that run in this order, each in a process of its own."""

    steps: tuple[Step, ...]


class Refused(Exception):
    """The data or the options do not allow what is asked; people read why.

    Parameters
    ----------
    code
        A stable name such as ``missing_tables``.
    message
        One or two sentences: what is wrong and the way out.
    faults
        Problem-like details, JSON-ready.
    """

    def __init__(self, code: str, message: str, faults: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(code, message, list(faults))  # all in `args`, so that it crosses processes
        self.code = code
        self.message = message
        self.faults = [dict(fault) for fault in faults]

    def __str__(self) -> str:
        return self.message

    def as_error(self) -> dict[str, Any]:
        """Give the error as the analysis carries it."""
        return {"code": self.code, "message": self.message, "faults": self.faults}
