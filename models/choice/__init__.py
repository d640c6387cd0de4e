"""Choice models: what people choose between alternatives, and what that says about what they would pay."""
