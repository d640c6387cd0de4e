"""The shapes of what the doors answer with; callers rely on these names."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class Fault(BaseModel):
    """One thing that is wrong: a place in the request, or a place in the data."""

    pointer: str | None = None
    table: str | None = None
    line: int | None = None
    column: str | None = None
    code: str
    message: str


class Problem(BaseModel):
    """RFC 9457: why a request was turned away and what would be right."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    errors: list[Fault] = []


class Dataset(BaseModel):
    """A dataset at its current version, with its data report."""

    id: str
    name: str
    version: str = Field(description="sha256 of the checked content")
    currency: str
    tables: dict[str, int] = Field(description="table → rows that survived the checks")
    refused: dict[str, str] = Field(description="table → why it cannot be used")
    report: dict[str, Any]
    created_at: datetime


class DatasetPage(BaseModel):
    """Datasets, newest first."""

    data: list[Dataset]
    next_cursor: str | None
    has_more: bool


class RowPage(BaseModel):
    """Rows of a stored table."""

    data: list[dict[str, Any]]
    next_cursor: str | None
    has_more: bool


class Progress(BaseModel):
    """How far an analysis has come."""

    step: str
    done: int
    total: int


class AnalysisSummary(BaseModel):
    """An analysis without its result."""

    id: str
    kind: str
    dataset: str
    dataset_version: str
    options: dict[str, Any]
    seed: int
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: Progress
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class Analysis(AnalysisSummary):
    """An analysis; `result` is null until it has succeeded."""

    result: dict[str, Any] | None


class AnalysisPage(BaseModel):
    """Analyses, newest first, without their results."""

    data: list[AnalysisSummary]
    next_cursor: str | None
    has_more: bool
