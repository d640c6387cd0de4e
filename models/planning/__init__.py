"""Planning a survey: how many answers a number needs, and which price to ask next."""
