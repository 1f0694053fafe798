"""What the desk reads across apps."""
