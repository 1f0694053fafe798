"""What is asked of jobs and messages."""
