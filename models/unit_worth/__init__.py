"""What one unit of the metric is worth to a customer, from outcomes, for the whole book of customers."""
