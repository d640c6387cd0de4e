"""One file a resource; every route parses, calls one thing and answers."""
