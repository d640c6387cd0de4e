"""Willingness to pay from what customers did and what they said, in one model with what a unit is worth."""
