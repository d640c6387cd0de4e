"""Several API processes on one port: `several` keeps them running, `one` is what each of them does."""
