"""The door for agents: operations of the API as tools of the Model Context Protocol, with the caller's key."""
