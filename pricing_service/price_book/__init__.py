"""The price book: what is sold at which price, as plain values that are checked, read and written, never stored.

Start reading in `book.py`. `from_table.py`, `from_tiers.py` and `pricing2yaml/` make books of other things.
"""

from pricing_service.price_book.book import PriceBook
from pricing_service.price_book.errors import PriceBookRefused, Remark
from pricing_service.price_book.plans import Block, Charge, Plan

__all__ = ["Block", "Charge", "Plan", "PriceBook", "PriceBookRefused", "Remark"]
