"""What compiled code prints is kept from readers, while it runs and no longer."""

from __future__ import annotations

import os
import sys

import pytest

from models.silence import silenced


def test_what_is_written_below_python_is_not_seen(capfd):
    with silenced():
        os.write(1, b"noise")

    assert capfd.readouterr().out == ""


def test_afterwards_everything_is_seen_again(capfd):
    with silenced():
        os.write(1, b"noise")
    os.write(1, b"word")

    assert capfd.readouterr().out == "word"


def test_what_python_had_written_before_is_not_lost(capfd):
    sys.stdout.write("before\n")
    with silenced():
        os.write(1, b"noise")

    assert capfd.readouterr().out == "before\n"


def test_an_error_inside_is_passed_on_and_the_output_restored(capfd):
    with pytest.raises(RuntimeError), silenced():
        raise RuntimeError
    os.write(1, b"word")

    assert capfd.readouterr().out == "word"


def test_errors_are_still_heard(capfd):
    with silenced():
        os.write(2, b"warning")

    assert capfd.readouterr().err == "warning"
