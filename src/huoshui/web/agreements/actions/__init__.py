"""What is written of agreements."""
