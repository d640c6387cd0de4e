"""What CRMs read: recommendations held in memory, given out before the framework sees the request."""
