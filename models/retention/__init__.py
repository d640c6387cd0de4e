"""Retention: how much revenue and how many customers stay, how long, and what staying is worth."""
