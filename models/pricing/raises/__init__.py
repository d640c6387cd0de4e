"""Price raises: how churn answers to a price, what a raise is worth, and the plan that is worth most within its rails.

Read `response` first: the chance of leaving by what is asked. `prospects` turns it into money, `earned` says how much
of a raise added value has earned, `choices` finds the best plan under budgets, `chances` keeps it within them in most
draws. `staggered` and `kept` look back: what raises that came in waves did to bills and to all revenue.
"""
