"""What the machine ran out of is told apart from what is wrong with data or code, whoever says so."""

from __future__ import annotations

import errno
import os

import duckdb
import pytest

from pricing_service.exhausted import exhausted
from pricing_service.ingest.engine import engine


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EMFILE])
def test_the_systems_own_error_and_anothers_that_repeats_it_are_known(code: int) -> None:
    for error in (OSError(code, os.strerror(code)), RuntimeError(f"IO Error: file x: {os.strerror(code)}")):
        said = exhausted(error)
        assert said is not None
        assert said.errno == code


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "none"), ValueError("no number"), ConnectionError()]
)
def test_other_errors_are_none(error: Exception) -> None:
    assert exhausted(error) is None


def test_the_engine_says_so_as_the_system_would(tmp_path) -> None:
    with pytest.raises(OSError, match="No space left") as raised, engine(tmp_path):
        raise duckdb.IOException("Could not write file x: No space left on device")
    assert raised.value.errno == errno.ENOSPC

    with pytest.raises(duckdb.IOException), engine(tmp_path):
        raise duckdb.IOException("No such file")
