"""What is read of agreements."""
