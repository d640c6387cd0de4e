"""Re-rating: what the usage of every customer-month costs under a price book, exact in integer minor units.

Start reading in `lines.py`. Integers go in and integers come out; floats appear in summaries alone.
"""

from models.pricing.rating.lines import Bill, Charge, Line, Tariff, Usage, rate
from models.pricing.rating.rounding import Ratio

__all__ = ["Bill", "Charge", "Line", "Ratio", "Tariff", "Usage", "rate"]
