"""Datasets: register, list, look at, forget."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api import answers, uploads
from api.datasets import DatasetDesk
from api.door import Door
from api.keys import DataReader, DataWriter
from api.paging import PageQuery
from api.problems import Conflict, Missing, TooLarge, UnknownCursor, WrongMediaType, responses

router = APIRouter(prefix="/v1/datasets", route_class=Door, tags=["data"])


def _desk(request: Request) -> DatasetDesk:
    desk: DatasetDesk = request.app.state.datasets
    return desk


Desk = Annotated[DatasetDesk, Depends(_desk)]


@router.post(
    "",
    status_code=201,
    response_model=answers.Dataset,
    responses=responses(Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": uploads.upload_body()},
)
def create_dataset(
    *,
    caller: DataWriter,
    upload: Annotated[uploads.Upload, Depends(uploads.received_upload)],
    desk: Desk,
    response: Response,
) -> Any:
    """Register tables: files, one zip, or a connection that the operator configured."""
    dataset = desk.register(caller.workspace_id, upload)
    response.headers["location"] = f"/v1/datasets/{dataset['id']}"
    return dataset


@router.get("", response_model=answers.DatasetPage, responses=responses(UnknownCursor))
def list_datasets(caller: DataReader, page: PageQuery, desk: Desk) -> Any:
    """List the datasets, newest first."""
    return desk.page(caller.workspace_id, page)


@router.get("/{dataset_id}", response_model=answers.Dataset, responses=responses(Missing))
def read_dataset(caller: DataReader, dataset_id: str, desk: Desk) -> Any:
    """Show one dataset with its data report."""
    return desk.read(caller.workspace_id, dataset_id)


@router.get("/{dataset_id}/quarantine", response_model=answers.RowPage, responses=responses(Missing))
def read_quarantine(caller: DataReader, dataset_id: str, page: PageQuery, desk: Desk) -> Any:
    """Show the rows that were refused: table, line, column, value and reason."""
    return desk.quarantine(caller.workspace_id, dataset_id, page)


@router.delete("/{dataset_id}", status_code=204, responses=responses(Missing))
def delete_dataset(caller: DataWriter, dataset_id: str, desk: Desk) -> None:
    """Forget a dataset with everything that was made of it."""
    desk.delete(caller.workspace_id, dataset_id)


@router.delete(
    "/{dataset_id}/customers/{customer_id:path}",
    response_model=answers.Dataset,
    responses=responses(Missing, Conflict),
)
def forget_customer(caller: DataWriter, dataset_id: str, customer_id: str, desk: Desk) -> Any:
    """Forget one customer in the whole workspace, and take it in no more; analyses made with its data go too."""
    return desk.forget_customer(caller.workspace_id, dataset_id, customer_id, by=caller.name)
