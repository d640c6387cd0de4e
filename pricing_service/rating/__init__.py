"""Usage under a price book: what each customer-month costs on its plan, exact to the minor unit."""
