"""What is written to the record, and in whose name a transaction runs."""
