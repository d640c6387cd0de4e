"""Pricing2Yaml 2.1 to 3.1: price books from and to the open format of the ISA group (University of Seville).

What the format has no words for goes into its `custom` field, and an export says what that is. Start reading in
`reading.py`; `extension.py` has what stands in `custom`.
"""

from pricing_service.price_book.pricing2yaml.reading import read_pricing
from pricing_service.price_book.pricing2yaml.vocabulary import SYNTAX_VERSIONS
from pricing_service.price_book.pricing2yaml.writing import write_pricing

__all__ = ["SYNTAX_VERSIONS", "read_pricing", "write_pricing"]
