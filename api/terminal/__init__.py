"""What the commands do: one module a task, and `screen` for everything that a person sees."""
