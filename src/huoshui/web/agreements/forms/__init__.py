"""What people type about loans."""
