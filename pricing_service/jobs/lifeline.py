"""Die with the parent: a pipe that the parent holds and never writes to.

The kernel closes it when the parent dies, however it dies, and signals the reader (O_ASYNC). The default
action of SIGIO ends the process at once, also inside a long numeric call that never comes back to the
interpreter, where a watching thread would wait. PR_SET_PDEATHSIG would not do: a fork server's child is not
our child. Where pipes cannot signal, the watching thread is what is left.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from multiprocessing.connection import Connection


def hold_on_to(lifeline: Connection) -> None:
    """Tie the life of this process to the other end of the pipe."""
    # Ctrl-C in a terminal reaches the whole family; only the worker shall act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "O_ASYNC"):
        descriptor = lifeline.fileno()
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    # Also for the moment before the flags were set: a parent that died by then signals no more.
    threading.Thread(target=_wait_for_the_end, args=(lifeline,), daemon=True, name="lifeline").start()


def _wait_for_the_end(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)
