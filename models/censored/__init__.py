"""Willingness that is only known to lie between two prices: nonparametric and parametric, and their average."""
