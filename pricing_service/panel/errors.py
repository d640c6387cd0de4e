"""What the panel refuses."""


class MissingTables(Exception):
    """The dataset lacks tables without which the asked-for thing cannot be made.

    Parameters
    ----------
    tables
        Names of tables of which at least one is needed.
    message
        One sentence for people: what is missing and the cheapest way to get it.
    """

    def __init__(self, tables: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.tables = tables
