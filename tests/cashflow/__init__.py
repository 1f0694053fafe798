"""Contract terms to dated flows."""
