"""Data as it comes in through the doors: files, a configured connection, or rows; bytes become a source."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api import row_bodies, strict_json
from api.problems import Invalid, WrongMediaType
from api.strict_request import MOST_FILES
from pricing_service.config import Settings
from pricing_service.ingest import Uploads, open_source
from pricing_service.ingest.sources import Source

_LONGEST_NAME = 200
_MULTIPART = "multipart/form-data"
# A part says by its name which table it is.
_NAMED = {
    "Content-Disposition": {
        "schema": {"type": "string", "example": 'form-data; name="files"; filename="customers.csv"'}
    }
}
_HARMLESS = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ENDING = re.compile(r"[A-Za-z0-9.]{0,16}")


class Naming(BaseModel):
    """What a new dataset is called; a `dataset.toml` among the files may say it too."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=_LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")
    currency: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 4217")


class Connected(Naming):
    """A dataset from a database that the operator configured."""

    source: str = Field(min_length=1, max_length=_LONGEST_NAME, description="the connection's name")


@dataclass(frozen=True)
class Upload:
    """A new dataset before it is checked."""

    source: Source
    name: str | None
    currency: str | None


async def received_upload(request: Request) -> AsyncIterator[Upload]:
    """Receive a new dataset; files lie in a folder of their own until the request is answered.

    Raises
    ------
    Invalid
        For an unknown connection, or files that are not tables.
    WrongMediaType
        For anything but multipart/form-data and JSON.
    """
    kind = _media_type(request)
    if kind == "application/json":
        yield _connected(await request.body(), request.app.state.settings)
        return
    if kind != _MULTIPART:
        raise WrongMediaType(f"Send {_MULTIPART} with files, or application/json with a source.")
    async with request.form() as form:
        naming = _naming({key: value for key, value in form.items() if isinstance(value, str)})
        files = [value for value in form.getlist("files") if isinstance(value, UploadFile)]
        with tempfile.TemporaryDirectory(prefix="upload-") as folder:
            source = await run_in_threadpool(_save, files, Path(folder))
            yield Upload(source, naming.name, naming.currency)


async def received_rows(request: Request) -> list[dict[str, Any]]:
    """Receive rows: a JSON array of objects, or NDJSON with one object a line."""
    kind = _media_type(request)
    body = await request.body()
    if kind == "application/json":
        return await run_in_threadpool(row_bodies.read_array, body)
    if kind in ("application/x-ndjson", "application/ndjson", "application/jsonl"):
        return await run_in_threadpool(row_bodies.read_lines, body)
    raise WrongMediaType("Send application/json with an array of rows, or application/x-ndjson.")


def upload_body() -> dict[str, Any]:
    """Describe the body of a new dataset for the OpenAPI document."""
    # A form has no null: what is not known is left out.
    naming = {
        name: {**field["anyOf"][0], "description": field.get("description", name)}
        for name, field in Naming.model_json_schema()["properties"].items()
    }
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    files = {"type": "array", "items": file, "minItems": 1, "maxItems": MOST_FILES}
    files["description"] = "one file a table, named <table>.csv, .csv.gz or .parquet, or one .zip"
    form: dict[str, Any] = {
        "type": "object",
        "properties": {**naming, "files": files},
        "required": ["files"],
        "additionalProperties": False,
    }
    connected = Connected.model_json_schema()
    return {
        "required": True,
        "content": {
            _MULTIPART: {"schema": form, "encoding": {"files": {"headers": _NAMED}}},
            "application/json": {"schema": connected},
        },
    }


def rows_body() -> dict[str, Any]:
    """Describe the body of posted rows for the OpenAPI document."""
    value = {"type": ["string", "number", "boolean", "null"]}
    row = {"type": "object", "minProperties": 1, "additionalProperties": value}
    rows = {"type": "array", "items": row}
    lines = {"type": "string", "description": "one JSON object a line"}
    return {
        "required": True,
        "content": {"application/json": {"schema": rows}, "application/x-ndjson": {"schema": lines}},
    }


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _connected(body: bytes, settings: Settings) -> Upload:
    strict_json.loads(body)
    try:
        asked = Connected.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _as_request_error(error) from error
    if asked.source not in settings.connections:
        known = ", ".join(sorted(settings.connections)) or "none"
        raise _fault("/source", "unknown_connection", f"the operator configured these connections: {known}")
    return Upload(open_source(settings.connections[asked.source]), asked.name, asked.currency)


def _naming(fields: dict[str, str]) -> Naming:
    try:
        return Naming.model_validate_json(json.dumps(fields), strict=True)
    except ValidationError as error:
        raise _as_request_error(error) from error


def _save(files: Sequence[UploadFile], folder: Path) -> Source:
    """Copy the parts to names of our own; the sender's names only say which table a part is."""
    named: dict[str, Path] = {}
    for number, file in enumerate(files):
        name = PurePosixPath((file.filename or "").replace("\\", "/")).name
        if name in named:
            raise _fault("/files", "file_twice", f"two files are named {name!r}")
        # The stem is kept where it is harmless: a zip that names no dataset lends it its own.
        stem, dot, endings = name.partition(".")
        safe = stem if _HARMLESS.fullmatch(stem) else f"part-{number}"
        named[name] = folder / str(number) / f"{safe}{dot}{endings if _ENDING.fullmatch(endings) else ''}"
        named[name].parent.mkdir()
        with named[name].open("wb") as target:
            shutil.copyfileobj(file.file, target, 1 << 20)
    if not named:
        raise _fault("/files", "missing_field", "send at least one file, named after its table: usage.csv")
    if any(name.lower().endswith(".zip") for name in named):
        if len(named) > 1:
            raise _fault("/files", "zip_and_files", "send either one .zip or one file a table")
        return open_source(next(iter(named.values())))
    return Uploads(named)


def _fault(place: str, code: str, message: str) -> Invalid:
    error = {"pointer": place, "in": "body", "code": code, "message": message}
    return Invalid(f"{place or 'The body'}: {message}", errors=[error])


def _as_request_error(error: ValidationError) -> RequestValidationError:
    listed = error.errors(include_url=False, include_input=False, include_context=False)
    return RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in listed])
