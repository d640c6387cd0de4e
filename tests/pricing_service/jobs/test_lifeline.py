"""A process that holds on to another dies with it, wherever it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.pricing_service.jobs.conftest import wait_for_the_end_of

PARENT = """
import multiprocessing, sys, time
from pricing_service.jobs.lifeline import hold_on_to

def child(lifeline, report):
    hold_on_to(lifeline)
    report.send("holds on")
    {busy}

if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    lifeline, held = context.Pipe(duplex=False)
    heard, report = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(lifeline, report))
    process.start()
    lifeline.close()
    heard.recv()
    print(process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("busy", ["time.sleep(600)", "sum(range(10**15))"], ids=["idle", "inside one C call"])
def test_it_dies_with_a_killed_parent(tmp_path, busy: str) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT.format(busy=busy))
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    wait_for_the_end_of(child)


def test_it_dies_when_the_parent_was_gone_before(tmp_path) -> None:
    program = (
        "import multiprocessing, time\n"
        "from pricing_service.jobs.lifeline import hold_on_to\n"
        "lifeline, held = multiprocessing.Pipe(duplex=False)\n"
        "held.close()\n"
        "hold_on_to(lifeline)\n"
        "time.sleep(600)\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 1
