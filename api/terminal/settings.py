"""The settings of a command: the environment's, and what the command line says wins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pricing_service.config import Settings

Data = Annotated[Path | None, typer.Option(help="default: PRICING_SERVICE_DATA_FOLDER")]


def said(*, dev: bool = False, data_folder: Path | None = None, api_processes: int | None = None) -> Settings:
    """Read the environment; what the command line says wins."""
    words: dict[str, object] = {}
    if dev:
        words["dev"] = True
    if data_folder is not None:
        words["data_folder"] = data_folder
    if api_processes is not None:
        words["api_processes"] = api_processes
    return Settings(**words)  # type: ignore[arg-type]  # names are the class's own
