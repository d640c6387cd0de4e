"""Customers without a contract: who is still there, how often they will buy again, and for how much."""
