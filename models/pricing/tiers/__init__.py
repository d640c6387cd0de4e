"""Tier menus: which included units, fees and overage prices earn most when customers choose for themselves.

Read `market` first: what a customer sees of a menu and what it earns. `ascent` finds menus, `enumeration` and
`hard_allowance` prove the best one where that can be done, `bound` says how far any other can be from it.
"""
