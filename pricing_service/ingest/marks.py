"""What ``__fault`` says of a staged row: 0 is sound, small numbers are faults by themselves, these are the rest."""

SOUND = 0
REPEATED = 65532
"""An identical repeat of an earlier row with the same key; only counted."""
UNMATCHED = 65533
"""Its customer is not among the customers; set aside."""
MOVING = 65534
"""On its way to the quarantine because of another row or table."""
MOVED = 65535
"""In the quarantine because of another row or table."""
