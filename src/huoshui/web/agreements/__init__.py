"""Every instrument as an agreement with its stream of events."""
