"""Rows that are posted into a dataset's tables."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from api import answers, uploads
from api.datasets import DatasetDesk
from api.door import Door
from api.keys import DataWriter
from api.problems import Conflict, Missing, TooLarge, WrongMediaType, responses
from pricing_service.tables import TABLES

router = APIRouter(prefix="/v1/datasets", route_class=Door, tags=["data"])


def _desk(request: Request) -> DatasetDesk:
    desk: DatasetDesk = request.app.state.datasets
    return desk


TableName = Annotated[str, Path(json_schema_extra={"enum": sorted(TABLES)})]


@router.post(
    "/{dataset_id}/rows/{table}",
    response_model=answers.Dataset,
    responses=responses(Missing, Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": uploads.rows_body()},
)
def post_rows(
    *,
    caller: DataWriter,
    dataset_id: str,
    table: TableName,
    rows: Annotated[list[dict[str, Any]], Depends(uploads.received_rows)],
    desk: Annotated[DatasetDesk, Depends(_desk)],
) -> Any:
    """Upsert rows by the table's key; makes a new version, and the same rows again change nothing."""
    return desk.post_rows(caller.workspace_id, dataset_id, table, rows)
