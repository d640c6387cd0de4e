"""No row, file or query is without a workspace, and only the storage asks the database."""

from __future__ import annotations

import ast
import inspect

from pricing_service.storage import Storage
from pricing_service.storage.schema import metadata
from tests.house.tree import PACKAGES, sources

# Reads that tell the workspace from a secret, and reads for the worker and the operator, who serve all.
FOR_ALL_WORKSPACES = {
    "Workspaces.create",
    "Workspaces.list",
    "Keys.find",
    "Analyses.queued",
    "Analyses.running",
    "Idempotency.forget_expired",
    "Deliveries.claim",
    "Deliveries.forget_old",
    "Publications.sequence",
    "StoredTombstones.take_from_file",
    "WebhookTally.read",
    "Endpoints.wanting",
}
MAY_ASK_A_DATABASE = ("pricing_service/storage/", "pricing_service/jobs/")


def test_every_table_says_whose_row_it_is() -> None:
    without = [name for name, table in metadata.tables.items() if "workspace_id" not in table.columns]

    assert not without


def first_asked(function: ast.FunctionDef) -> list[str]:
    """The first argument, after the transaction in which somebody else writes too."""
    names = [argument.arg for argument in function.args.args[1:]]
    return names[1:2] if names[:1] == ["connection"] else names[:1]


def test_every_function_of_the_storage_is_asked_for_a_workspace_first() -> None:
    with_a_path = {
        "Blobs.adopt",
        "Blobs.remove",
        "Blobs.renew",
    }  # the path that they are given holds the workspace
    held_by_storage = inspect.getsource(Storage.__init__)

    breaches = [
        f"{source.path}:{function.lineno} {store.name}.{function.name}"
        for source in sources("pricing_service/storage")
        for store in source.tree.body
        if isinstance(store, ast.ClassDef)
        and f" {store.name}(" in held_by_storage
        and store.name != "Database"
        for function in store.body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        if f"{store.name}.{function.name}" not in FOR_ALL_WORKSPACES | with_a_path
        if first_asked(function) != ["workspace_id"]
    ]

    assert not breaches, "\n".join(breaches)


def test_only_the_storage_asks_the_database() -> None:
    breaches = [
        f"{source.path}:{node.lineno}"
        for source in sources(*PACKAGES)
        if not source.path.startswith(MAY_ASK_A_DATABASE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        # The doors may catch the database's errors; they may not talk to it.
        if module.split(".")[0] == "sqlalchemy" and module != "sqlalchemy.exc"
    ]

    assert not breaches, "\n".join(breaches)


def test_the_doors_see_no_data_frames() -> None:
    breaches = [
        f"{source.path}:{node.lineno}"
        for source in sources("api")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if module.split(".")[0] in {"pandas", "ibis", "duckdb", "polars"}
    ]

    assert not breaches, "\n".join(breaches)
