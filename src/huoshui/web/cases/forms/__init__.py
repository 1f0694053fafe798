"""What people type, read into what moves are told."""
