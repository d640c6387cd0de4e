"""From worth to price: what share of the value a price takes, and who it prices out."""
