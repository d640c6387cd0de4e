"""Data and decisions: tables come in, become one panel, and leave as decisions that are stored."""
