"""What a CRM shows beside one customer, a lead or an offer: plain values from what analyses found and people decided.

Start reading in `customers.py`. Nothing here loads or saves.
"""

from __future__ import annotations

from pricing_service.recommendations.basis import Answer, Basis
from pricing_service.recommendations.customers import recommendations
from pricing_service.recommendations.leads import lead_recommendation
from pricing_service.recommendations.quotes import quote_guidance

__all__ = ["Answer", "Basis", "lead_recommendation", "quote_guidance", "recommendations"]
