"""Everything that the models can refuse, as one tree.

::

    ModelError
    ├── InvalidInput       an argument breaks what the docstring promises; the message says how to mend it
    └── NotEstimable       the data cannot carry the number; `reason` is the code that the estimate carries
        ├── TooFewCustomers    fewer customers than the number needs (`needed`, `got`)
        └── NotIdentified      more of the same data would not help; another kind of data would

Callers turn `NotEstimable` into an `Estimate` without a value; `InvalidInput` is a mistake in the call.
"""


class ModelError(Exception):
    """Root of the tree."""


class InvalidInput(ModelError, ValueError):
    """An argument breaks what the docstring promises."""


class NotEstimable(ModelError):
    """The data cannot carry the number.

    Parameters
    ----------
    reason
        A stable code such as ``no_outcomes``; it becomes `Estimate.reason`.
    message
        One sentence for people: what is missing and what would help.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class TooFewCustomers(NotEstimable):
    """Fewer customers carry evidence than the number needs."""

    def __init__(self, *, needed: int, got: int) -> None:
        super().__init__("insufficient_customers", f"needs {needed} customers with evidence, has {got}")
        self.needed = needed
        self.got = got


class NotIdentified(NotEstimable):
    """More of the same data would not help; another kind of data would."""

    def __init__(self, message: str) -> None:
        super().__init__("not_identified", message)
