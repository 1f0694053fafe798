"""What is read of the record."""
