"""What runs the stages' SQL: the only code that opens an analytic database."""
