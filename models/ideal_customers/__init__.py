"""Ideal customers: who succeeds, which traits foretell it, and a score of a lead from traits at signing."""
