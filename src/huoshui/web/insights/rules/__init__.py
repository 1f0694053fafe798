"""Pure rules of insights."""
