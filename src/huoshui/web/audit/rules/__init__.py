"""Pure rules of audit."""
