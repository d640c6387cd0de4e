"""The command line: `check` and `analyze` need no server; `demo`, `serve` and `worker` are one."""

from api.command_line.commands import main

__all__ = ["main"]
